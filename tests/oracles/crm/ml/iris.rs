//! Fisher's irises: naive Bayes and clusters.

use std::error::Error;
use std::path::Path;

use fondaco_crm::KernelError;
use fondaco_crm::clusters::{KMeans, Points, silhouette};
use fondaco_crm::scoring::learned::Table;
use fondaco_crm::scoring::learned::gaussian::GaussianBayes;
use serde_json::{Value, json};

use super::{Cases, METRICS, near, section};
use crate::json;

struct Irises {
    table: Table,
    rows: Vec<Vec<f64>>,
    species: Vec<String>,
}

pub(super) fn cases(file: &Value, path: &Path) -> Cases {
    let irises = Irises::read(path)?;
    let wanted = section(file, "gaussian_nb_iris")?;
    let bayes = near("naive Bayes of irises".into(), wanted, irises.bayes(), METRICS);
    let wanted = section(file, "kmeans_iris")?;
    let from = json::numbers(wanted, "init_rows")?;
    let clusters = near("clusters of irises".into(), wanted, irises.clusters(&from), METRICS);
    Ok(vec![bayes, clusters])
}

impl Irises {
    fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let mut table = Table::new();
        let (mut rows, mut species): (Vec<Vec<f64>>, _) = (Vec::new(), Vec::new());
        for (name, cells) in super::columns(path)? {
            if name == "y" {
                species = cells;
                continue;
            }
            let numbers = cells.iter().map(|cell| cell.parse()).collect::<Result<Vec<f64>, _>>()?;
            rows.resize(numbers.len(), Vec::new());
            rows.iter_mut().zip(&numbers).for_each(|(row, number)| row.push(*number));
            table = table.numbers(&name, numbers)?;
        }
        Ok(Self { table, rows, species })
    }

    /// From the rows that the file begins at.
    fn clusters(&self, from: &[f64]) -> Result<Value, KernelError> {
        let points = Points::new(4, self.rows.concat())?;
        let picked = from.iter().filter_map(|row| self.rows.get(*row as usize).cloned());
        let found = KMeans::new(from.len()).fit_from(&points, picked.collect())?;
        Ok(json!({
            "init_rows": from.iter().map(|row| *row as u64).collect::<Vec<_>>(),
            "inertia": found.inertia,
            "centers": found.centres,
            "sizes": found.sizes(),
            "n_iter": found.steps,
            "silhouette": silhouette(&points, &found.labels)?,
        }))
    }

    fn bayes(&self) -> Result<Value, KernelError> {
        let species: Vec<&str> = self.species.iter().map(String::as_str).collect();
        let model = GaussianBayes::fit(&self.table, &species, 1e-9)?;
        let mut right = 0.0;
        for (row, species) in self.rows.iter().zip(&species) {
            let row: Vec<Option<f64>> = row.iter().copied().map(Some).collect();
            right += f64::from(u8::from(model.most_likely(&row)? == *species));
        }
        let means: Vec<_> = model.classes().iter().map(|class| class.means.clone()).collect();
        let variances: Vec<_> =
            model.classes().iter().map(|class| class.variances.clone()).collect();
        Ok(json!({"theta": means, "var": variances, "acc": right / self.rows.len() as f64}))
    }
}
