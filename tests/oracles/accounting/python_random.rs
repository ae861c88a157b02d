//! Python's `random`, as far as the oracles' generators use it.
//!
//! CPython draws from the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), seeds it by the
//! paper's `init_by_array`, and takes whole numbers by rejection from as few bits as will do
//! (`Lib/random.py`, `_randbelow_with_getrandbits`). The same seed gives the same numbers here.

const N: usize = 624;
const M: usize = 397;

pub(crate) struct PythonRandom {
    state: [u32; N],
    next: usize,
}

impl PythonRandom {
    /// `random.seed(seed)` for a seed of at most 32 bits.
    pub(crate) fn seeded(seed: u32) -> Self {
        let mut state = linear(19_650_218);
        let mut i = 1;
        for _ in 0..N {
            state[i] = (state[i] ^ mix(state[i - 1], 1_664_525)).wrapping_add(seed);
            i = following(&mut state, i);
        }
        for _ in 0..N - 1 {
            let subtract = u32::try_from(i).unwrap_or(u32::MAX);
            state[i] = (state[i] ^ mix(state[i - 1], 1_566_083_941)).wrapping_sub(subtract);
            i = following(&mut state, i);
        }
        state[0] = 0x8000_0000;
        Self { state, next: N }
    }

    /// `random.random()`: 53 bits, at least 0 and below 1.
    pub(crate) fn random(&mut self) -> f64 {
        let high = f64::from(self.word() >> 5);
        let low = f64::from(self.word() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// `random.randrange(from, to)`, `to` not included.
    pub(crate) fn randrange(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to - from)
    }

    /// `random.choice(list)` of a list that is not empty.
    pub(crate) fn choice<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let length = u32::try_from(list.len()).unwrap_or(u32::MAX);
        &list[self.below(length) as usize]
    }

    fn below(&mut self, bound: u32) -> u32 {
        loop {
            let drawn = self.word() >> bound.leading_zeros();
            if drawn < bound {
                return drawn;
            }
        }
    }

    fn word(&mut self) -> u32 {
        if self.next == N {
            self.twist();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn twist(&mut self) {
        for k in 0..N {
            let y = (self.state[k] & 0x8000_0000) | (self.state[(k + 1) % N] & 0x7fff_ffff);
            let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[k] = self.state[(k + M) % N] ^ (y >> 1) ^ odd;
        }
        self.next = 0;
    }
}

/// The paper's `init_genrand`.
fn linear(seed: u32) -> [u32; N] {
    let mut state = [seed; N];
    for i in 1..N {
        let add = u32::try_from(i).unwrap_or(u32::MAX);
        state[i] = mix(state[i - 1], 1_812_433_253).wrapping_add(add);
    }
    state
}

fn mix(word: u32, factor: u32) -> u32 {
    (word ^ (word >> 30)).wrapping_mul(factor)
}

/// The index after `i`; going round, the first word takes the last one's place.
fn following(state: &mut [u32; N], i: usize) -> usize {
    if i + 1 < N {
        return i + 1;
    }
    state[0] = state[N - 1];
    1
}
