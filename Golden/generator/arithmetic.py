"""Float64 arithmetic whose result does not depend on the machine.

A float64 sum depends on the order of its terms, hence on the BLAS, its
blocking, the number of threads and the instruction set.  The sums here do not:
both factors are cut into *slices*, integers times a power of two, so short
that every product of slices and every partial sum fits in 53 bits.  Each slice
sum is then exact in any order, and adding the few slice sums, smallest first,
is done element by element in a fixed order.  (Ozaki, Ogita, Oishi and Rump,
*Error-free transformations of matrix multiplication*, Numer. Algorithms 2012.)
PyTorch does the slice sums; everything elementwise is plain IEEE arithmetic.
"""

import math

import numpy as np
import torch
from torch.nn import functional

_SIGNIFICAND = 53
_MAXIMUM_WIDTH = 60
"""Bits kept below the largest element: float64's own 53 and seven to spare."""


def _exponent(x: torch.Tensor) -> int:
    """The least e with |x| <= 2**e everywhere; 0 for a zero tensor."""
    mantissa, exponent = math.frexp(float(x.abs().max()))
    return exponent - 1 if mantissa == 0.5 else exponent


def _width(x: torch.Tensor, exponent: int) -> int:
    """Bits below 2**exponent that x needs as a fixed-point number."""
    for width in (4, 8, 12, 16, 20, 23, 24, 25, 28, 32, 36, 40, 44, 48, 52, 56):
        scaled = x * 2.0 ** (width - exponent)
        if bool((scaled == scaled.round()).all()):
            return width
    return _MAXIMUM_WIDTH


def _slices(x: torch.Tensor, exponent: int, bits: int, count: int) -> list[torch.Tensor]:
    """``count`` slices of ``bits`` bits whose sum is x (to _MAXIMUM_WIDTH bits)."""
    out, rest = [], x
    for index in range(1, count + 1):
        unit = 2.0 ** (exponent - index * bits)
        part = (rest / unit).round() * unit
        out.append(part)
        rest = rest - part
    return out


def _plan(width_a: int, width_b: int, terms: int) -> tuple[int, int]:
    """The slice counts of a and b with the fewest products.

    The slices' bits and log2(terms) must together fit in 53 bits.
    """
    budget = _SIGNIFICAND - math.ceil(math.log2(terms)) if terms > 1 else _SIGNIFICAND
    counts = [
        (a, b)
        for a in range(1, 9)
        for b in range(1, 9)
        if -(-width_a // a) + -(-width_b // b) <= budget
    ]
    return min(counts, key=lambda pair: (pair[0] * pair[1], pair))


def _sum_of_products(a: torch.Tensor, b: torch.Tensor, terms: int, product) -> torch.Tensor:
    """``product(a, b)``, a sum of ``terms`` products, from exact slice sums."""
    exponent_a, exponent_b = _exponent(a), _exponent(b)
    width_a, width_b = _width(a, exponent_a), _width(b, exponent_b)
    count_a, count_b = _plan(width_a, width_b, terms)
    slices_a = _slices(a, exponent_a, -(-width_a // count_a), count_a)
    slices_b = _slices(b, exponent_b, -(-width_b // count_b), count_b)
    pairs = [(i, j) for i in range(count_a) for j in range(count_b)]
    total = None
    for i, j in sorted(pairs, key=lambda pair: (-sum(pair), pair)):
        part = product(slices_a[i], slices_b[j])
        total = part if total is None else total.add_(part)
    return total


def conv2d(x: np.ndarray, weight: np.ndarray, stride, padding, dilation, groups: int) -> np.ndarray:
    """Convolution, NCHW by OIHW, no bias; to a few units of the last place."""
    terms = math.prod(weight.shape[1:])
    return _sum_of_products(
        torch.from_numpy(x),
        torch.from_numpy(weight),
        terms,
        lambda a, b: functional.conv2d(
            a, b, None, tuple(stride), tuple(padding), tuple(dilation), groups
        ),
    ).numpy()


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Matrix product; to a few units of the last place of the largest terms."""
    return _sum_of_products(
        torch.from_numpy(a), torch.from_numpy(b), a.shape[-1], torch.matmul
    ).numpy()


_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_EXP_DEGREE = 16


def exp(x: np.ndarray) -> np.ndarray:
    """e**x within one unit of the last place, by additions and products alone.

    Library exponentials differ in the last bit between processors; this one
    does not.  Reduction by ln 2 in two parts (the high part has 32 trailing
    zeros, so its product with the integer is exact), then Taylor's polynomial,
    whose remainder on |r| <= ln(2)/2 is below 2**-70.
    """
    x = np.clip(np.asarray(x, dtype=np.float64), -1000.0, 1000.0)
    power = np.rint(x / math.log(2.0))
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    value = np.ones_like(rest)
    for term in range(_EXP_DEGREE, 0, -1):
        value = 1.0 + rest * value / term
    return np.ldexp(value, power.astype(np.int32))
