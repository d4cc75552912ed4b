// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The requirements are documented with the protocol.

public import CLanes

// The operations that Swift's library vectorises only for concrete types: written over `SIMD` in general, comparisons
// and shuffles become loops over the lanes.

extension SIMD16: KernelVector where Scalar == Float {
  @inlinable @inline(__always) public static var fuses: Bool { true }

  @inlinable @inline(__always) public func adding(product x: Self, _ y: Self) -> Self {
    efgr_add_product16(self, x, y)
  }

  @inlinable @inline(__always) public static func scale(_ value: Self, byPowerIn shifted: Self) -> Self {
    scaleByPower(value, shifted, SIMD16<Int32>.self)
  }

  @inlinable @inline(__always) public static func greater(_ x: Self, _ y: Self) -> Self {
    efgr_greater16(x, y)
  }

  @inlinable @inline(__always) public static func lesser(_ x: Self, _ y: Self) -> Self {
    efgr_lesser16(x, y)
  }

  @inlinable @inline(__always) public static func pairMax(_ low: Self, _ high: Self) -> Self {
    greater(
      Self(lowHalf: low.evenHalf, highHalf: high.evenHalf), Self(lowHalf: low.oddHalf, highHalf: high.oddHalf)
    )
  }

  @inlinable @inline(__always) public static func zipLow(_ x: Self, _ y: Self) -> Self {
    var zipped = Self()
    zipped.evenHalf = x.lowHalf
    zipped.oddHalf = y.lowHalf
    return zipped
  }

  @inlinable @inline(__always) public static func zipHigh(_ x: Self, _ y: Self) -> Self {
    var zipped = Self()
    zipped.evenHalf = x.highHalf
    zipped.oddHalf = y.highHalf
    return zipped
  }

  @inlinable @inline(__always) public func stream(_ pointer: UnsafeMutablePointer<Float>, _ offset: Int) {
    efgr_stream16(pointer + offset, self)
  }

  @inlinable @inline(__always) public func roots() -> Self { efgr_roots16(self) }

  @inlinable @inline(__always) public static var masksParts: Bool { true }

  @inlinable @inline(__always) public static func load(
    _ pointer: UnsafePointer<Float>, _ offset: Int, count: Int, filler: Float
  ) -> Self {
    efgr_load_part16(pointer + offset, Int32(truncatingIfNeeded: count), filler)
  }

  @inlinable @inline(__always) public func store(
    _ pointer: UnsafeMutablePointer<Float>, _ offset: Int, count: Int
  ) {
    efgr_store_part16(pointer + offset, self, Int32(truncatingIfNeeded: count))
  }
}

extension SIMD8: KernelVector where Scalar == Float {
  @inlinable @inline(__always) public static var fuses: Bool { true }

  @inlinable @inline(__always) public func adding(product x: Self, _ y: Self) -> Self {
    efgr_add_product8(self, x, y)
  }

  @inlinable @inline(__always) public static func scale(_ value: Self, byPowerIn shifted: Self) -> Self {
    scaleByPower(value, shifted, SIMD8<Int32>.self)
  }

  @inlinable @inline(__always) public static func greater(_ x: Self, _ y: Self) -> Self {
    efgr_greater8(x, y)
  }

  @inlinable @inline(__always) public static func lesser(_ x: Self, _ y: Self) -> Self {
    efgr_lesser8(x, y)
  }

  @inlinable @inline(__always) public static func pairMax(_ low: Self, _ high: Self) -> Self {
    greater(
      Self(lowHalf: low.evenHalf, highHalf: high.evenHalf), Self(lowHalf: low.oddHalf, highHalf: high.oddHalf)
    )
  }

  @inlinable @inline(__always) public static func zipLow(_ x: Self, _ y: Self) -> Self {
    var zipped = Self()
    zipped.evenHalf = x.lowHalf
    zipped.oddHalf = y.lowHalf
    return zipped
  }

  @inlinable @inline(__always) public static func zipHigh(_ x: Self, _ y: Self) -> Self {
    var zipped = Self()
    zipped.evenHalf = x.highHalf
    zipped.oddHalf = y.highHalf
    return zipped
  }

  @inlinable @inline(__always) public func stream(_ pointer: UnsafeMutablePointer<Float>, _ offset: Int) {
    efgr_stream8(pointer + offset, self)
  }

  @inlinable @inline(__always) public func roots() -> Self { efgr_roots8(self) }
}

extension SIMD4: KernelVector where Scalar == Float {
  // SSE2 has no fused multiply–add: asking for one would call the C library for every lane. NEON has it.
  #if arch(arm64)
    @inlinable @inline(__always) public static var fuses: Bool { true }

    @inlinable @inline(__always) public func adding(product x: Self, _ y: Self) -> Self {
      efgr_add_product4(self, x, y)
    }
  #else
    @inlinable @inline(__always) public static var fuses: Bool { false }

    @inlinable @inline(__always) public func adding(product x: Self, _ y: Self) -> Self { self + x * y }
  #endif

  @inlinable @inline(__always) public static func scale(_ value: Self, byPowerIn shifted: Self) -> Self {
    scaleByPower(value, shifted, SIMD4<Int32>.self)
  }

  @inlinable @inline(__always) public static func greater(_ x: Self, _ y: Self) -> Self {
    efgr_greater4(x, y)
  }

  @inlinable @inline(__always) public static func lesser(_ x: Self, _ y: Self) -> Self {
    efgr_lesser4(x, y)
  }

  @inlinable @inline(__always) public static func pairMax(_ low: Self, _ high: Self) -> Self {
    greater(
      Self(lowHalf: low.evenHalf, highHalf: high.evenHalf), Self(lowHalf: low.oddHalf, highHalf: high.oddHalf)
    )
  }

  @inlinable @inline(__always) public static func zipLow(_ x: Self, _ y: Self) -> Self {
    var zipped = Self()
    zipped.evenHalf = x.lowHalf
    zipped.oddHalf = y.lowHalf
    return zipped
  }

  @inlinable @inline(__always) public static func zipHigh(_ x: Self, _ y: Self) -> Self {
    var zipped = Self()
    zipped.evenHalf = x.highHalf
    zipped.oddHalf = y.highHalf
    return zipped
  }

  @inlinable @inline(__always) public func stream(_ pointer: UnsafeMutablePointer<Float>, _ offset: Int) {
    efgr_stream4(pointer + offset, self)
  }

  @inlinable @inline(__always) public func roots() -> Self { efgr_roots4(self) }
}
