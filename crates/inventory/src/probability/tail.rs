//! The tail of the normal distribution to the last digits.
//!
//! `statrs` 0.19 carries constants of ten digits where its model has those of a shorter float, so that its error function is off
//! in the tenth digit. Here it is the Chebyshev series of M. M. Shepherd and J. G. Laframboise, "Chebyshev Approximation of (1 + 2x)
//! exp(x^2) erfc(x)", Math. Comp. 36 (1981), its coefficients computed anew with 60 digits.

/// Of (1 + 2x) exp(x^2) erfc(x) in (x - 3.75) / (x + 3.75), the first one halved.
const COEFFICIENTS: [f64; 25] = [
    1.177_578_934_567_401_8,
    -0.004_590_054_580_646_477,
    -0.084_249_133_366_517_92,
    0.059_209_939_998_191_89,
    -0.026_658_668_435_305_753,
    0.009_074_997_670_705_265,
    -0.002_413_163_540_417_608,
    4.907_758_365_258_086e-4,
    -6.916_973_302_501_207e-5,
    4.139_027_986_073_01e-6,
    7.740_383_066_198_491e-7,
    -2.188_640_104_923_439_7e-7,
    1.076_499_946_567_091e-8,
    4.521_959_811_218_287e-9,
    -7.754_400_208_831_351e-10,
    -6.318_088_340_886_684e-11,
    2.868_795_010_930_67e-11,
    1.945_586_854_577_734_7e-13,
    -9.654_696_748_434_439e-13,
    3.252_548_148_748_74e-14,
    3.347_811_948_286_805e-14,
    -1.864_562_880_419_313e-15,
    -1.250_795_053_068_864_7e-15,
    7.418_235_256_624_043e-17,
    5.068_148_904_796_111e-17,
];

/// exp(x^2) erfc(x) for an `x` that is not negative.
pub(super) fn scaled_complement(x: f64) -> f64 {
    let t = if x < 1e300 { (x - 3.75) / (x + 3.75) } else { 1.0 };
    let (mut last, mut before) = (0.0, 0.0);
    for coefficient in COEFFICIENTS.iter().skip(1).rev() {
        (last, before) = (2.0 * t * last - before + coefficient, last);
    }
    let [first, ..] = COEFFICIENTS;
    (t * last - before + first) / (1.0 + 2.0 * x)
}

/// exp(-z^2 / 2). The square of a float has twice its digits: it is taken in two parts.
pub(super) fn half_square_exponential(z: f64) -> f64 {
    const UPPER_HALF: u64 = 0xffff_ffff_f800_0000;
    let upper = f64::from_bits(z.to_bits() & UPPER_HALF);
    (-0.5 * upper * upper).exp() * (-0.5 * (z - upper) * (z + upper)).exp()
}
