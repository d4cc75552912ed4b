/// A bitmap font for labels: small letters, digits and the few signs that labels need.
package enum Font {
  /// Pixels of one character, without the gap to the next.
  package static let width = 5
  package static let height = 8
  /// Empty columns between characters.
  static let spacing = 1

  /// The lit pixels of a character as (column, row). Capitals look like small letters; a character that the
  /// font lacks is blank.
  static func pixels(of character: Character) -> [(x: Int, y: Int)] {
    glyphs[Character(character.lowercased())] ?? []
  }

  /// The width of a line of text in pixels.
  package static func width(of text: String) -> Int { max(text.count * (width + spacing) - spacing, 0) }

  private static let glyphs: [Character: [(x: Int, y: Int)]] = {
    var glyphs: [Character: [(x: Int, y: Int)]] = [:]
    let lines = drawing.split(separator: "\n").map(Array.init)
    for band in stride(from: 0, to: lines.count, by: height + 1) {
      for column in stride(from: 0, to: lines[band].count, by: width + 1) {
        glyphs[lines[band][column]] = (0..<height).flatMap { row in
          let line = lines[band + 1 + row][column..<column + width]
          return line.indices.filter { line[$0] == "#" }.map { (x: $0 - column, y: row) }
        }
      }
    }
    return glyphs
  }()

  /// Every glyph under its character.
  private static let drawing = """
    a     b     c     d     e     f     g     h     i     j     k     l     m
    ..... #.... ..... ....# ..... ...#. ..... #.... ..#.. ...#. .#... .##.. .....
    ..... #.... ..... ....# ..... ..#.# ..... #.... ..... ..... .#... ..#.. .....
    .###. #.##. .###. .##.# .###. ..#.. .#### #.##. .##.. ...#. .#..# ..#.. ##.#.
    ....# ##..# #...# #..## #...# .###. #...# ##..# ..#.. ...#. .#.#. ..#.. #.#.#
    .#### #...# #.... #...# ##### ..#.. #..## #...# ..#.. ...#. .##.. ..#.. #.#.#
    #...# #...# #...# #...# #.... ..#.. .##.# #...# ..#.. ...#. .#.#. ..#.. #.#.#
    .#### ####. .###. .#### .###. ..#.. ....# #...# .###. .#.#. .#..# .###. #.#.#
    ..... ..... ..... ..... ..... ..... .###. ..... ..... ..#.. ..... ..... .....
    n     o     p     q     r     s     t     u     v     w     x     y     z
    ..... ..... ..... ..... ..... ..... ..#.. ..... ..... ..... ..... ..... .....
    ..... ..... ..... ..... ..... ..... ..#.. ..... ..... ..... ..... ..... .....
    #.##. .###. ####. .#### #.##. .#### ##### #...# #...# #...# #...# #...# #####
    ##..# #...# #...# #...# ##..# #.... ..#.. #...# #...# #...# .#.#. #...# ...#.
    #...# #...# #...# #...# #.... .###. ..#.. #...# #...# #.#.# ..#.. #..## ..#..
    #...# #...# ####. .#### #.... ....# ..#.# #..## .#.#. #.#.# .#.#. .##.# .#...
    #...# .###. #.... ....# #.... ####. ...#. .##.# ..#.. .#.#. #...# ....# #####
    ..... ..... #.... ....# ..... ..... ..... ..... ..... ..... ..... .###. .....
    0     1     2     3     4     5     6     7     8     9     .     %     -
    .###. ..#.. .###. .###. ...#. ##### ..##. ##### .###. .###. ..... ##... .....
    #...# .##.. #...# #...# ..##. #.... .#... ....# #...# #...# ..... ##..# .....
    #..## ..#.. ....# ....# .#.#. ####. #.... ...#. #...# #...# ..... ...#. .....
    #.#.# ..#.. ...#. ..##. #..#. ....# ####. ..#.. .###. .#### ..... ..#.. #####
    ##..# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....# ..... .#... .....
    #...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#. ..##. #..## .....
    .###. .###. ##### .###. ...#. .###. .###. .#... .###. .##.. ..##. ...## .....
    ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....
    """
}
