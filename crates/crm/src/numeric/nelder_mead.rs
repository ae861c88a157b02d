//! The least of a function of a few variables without its gradient: the simplex of Nelder and Mead (1965).

/// Where a function is least, starting from a point, and its value there; nothing when the simplex did not close in so many steps.
///
/// The simplex begins `size` wide; it has closed when its values lie within `tolerance` of one another and its corners within
/// `1e-9`. What the function doesn't know (NaN) counts as infinite. Started again from what was found until that changes nothing, as a simplex may
/// collapse on a slope.
pub(crate) fn nelder_mead(
    start: Vec<f64>,
    size: f64,
    tolerance: f64,
    steps: usize,
    mut of: impl FnMut(&[f64]) -> f64,
) -> Option<(Vec<f64>, f64)> {
    let mut value = |point: &[f64]| {
        let value = of(point);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let mut best = (start.clone(), value(&start));
    let mut size = size;
    for _ in 0..20 {
        let found = search(&best.0, size, tolerance, steps, &mut value)?;
        let gained = best.1 - found.1;
        if found.1 <= best.1 {
            best = found;
        }
        if gained <= tolerance.max(best.1.abs() * 1e-14) {
            return best.1.is_finite().then_some(best);
        }
        size = (size * 0.3).max(1e-3);
    }
    None
}

fn search(
    start: &[f64],
    size: f64,
    tolerance: f64,
    steps: usize,
    value: &mut impl FnMut(&[f64]) -> f64,
) -> Option<(Vec<f64>, f64)> {
    let mut corners = vec![(start.to_vec(), value(start))];
    for axis in 0..start.len() {
        let mut corner = start.to_vec();
        corner[axis] += size;
        let found = value(&corner);
        corners.push((corner, found));
    }
    for _ in 0..steps {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        let [best, .., second, worst] = corners.as_slice() else { return corners.pop() };
        let wide = corners.iter().flat_map(|(corner, _)| corner.iter().zip(&best.0));
        let wide = wide.fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
        if worst.1 - best.1 <= tolerance && wide <= 1e-9_f64.max(tolerance.sqrt()) {
            return corners.into_iter().next();
        }
        let count = (corners.len() - 1) as f64;
        let others = || corners.iter().take(corners.len() - 1);
        let centre: Vec<f64> = (0..start.len())
            .map(|axis| others().map(|(corner, _)| corner[axis]).sum::<f64>() / count)
            .collect();
        let along = |times: f64| -> Vec<f64> {
            centre
                .iter()
                .zip(&worst.0)
                .map(|(centre, worst)| centre + times * (centre - worst))
                .collect()
        };
        let mut tried = |times: f64| {
            let point = along(times);
            let found = value(&point);
            (point, found)
        };
        let reflected = tried(1.0);
        let next = if reflected.1 < best.1 {
            let further = tried(2.0);
            Some(if further.1 < reflected.1 { further } else { reflected })
        } else if reflected.1 < second.1 {
            Some(reflected)
        } else {
            let nearer = tried(if reflected.1 < worst.1 { 0.5 } else { -0.5 });
            (nearer.1 < reflected.1.min(worst.1)).then_some(nearer)
        };
        match next {
            Some(next) => {
                corners.pop();
                corners.push(next);
            }
            None => shrink(&mut corners, value),
        }
    }
    None
}

/// All corners half way to the best.
fn shrink(corners: &mut [(Vec<f64>, f64)], value: &mut impl FnMut(&[f64]) -> f64) {
    let Some(((best, _), others)) = corners.split_first_mut() else { return };
    for (corner, found) in others {
        corner.iter_mut().zip(&*best).for_each(|(x, best)| *x = best + 0.5 * (*x - best));
        *found = value(corner);
    }
}
