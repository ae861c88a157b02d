//! A condition as text without the values that it compares attributes with: what a log may tell of whoever it holds for.

use crate::segments::predicate::{
    AttributeTest, Filter, Formula, Leaf, Literal, Measure, Node, Test,
};

/// Stands for a value until the text is written; no value of a predicate has it.
const VALUE: &str = "\u{1}";

impl Leaf {
    /// The condition as text, with `...` for the values that it compares attributes with; counts, sums and lengths of time stay.
    ///
    /// ```
    /// use fondaco_crm::segments::{Node, Predicate};
    /// let shape = |text: &str| match text.parse::<Predicate>().unwrap().nodes() {
    ///     [Node::Leaf(leaf)] => leaf.shape(),
    ///     _ => String::new(),
    /// };
    /// assert_eq!(shape(r#"title in ("Countess", "Lady")"#), "title in (...)");
    /// assert_eq!(shape(r#"count(visit where ward = "b2") in 30 days >= 3"#), "count(visit where ward = ...) in 30 days >= 3");
    /// assert_eq!(shape(r#"last(visit.ward) = "b2""#), "last(visit.ward) = ...");
    /// ```
    #[must_use]
    pub fn shape(&self) -> String {
        let shown = match self.clone() {
            Leaf::Attribute(test) => Leaf::Attribute(masked(&test)),
            Leaf::Behaviour(mut one) => {
                one.filter = filter(&one.filter);
                let of_one = matches!(
                    one.measure,
                    Measure::Least(_) | Measure::Greatest(_) | Measure::First(_) | Measure::Last(_)
                );
                if of_one {
                    one.value = value();
                }
                Leaf::Behaviour(one)
            }
            Leaf::Sequence(mut one) => {
                one.steps.iter_mut().for_each(|step| step.filter = filter(&step.filter));
                Leaf::Sequence(one)
            }
            Leaf::Interest(mut one) => {
                one.weights.iter_mut().for_each(|of| of.filter = filter(&of.filter));
                Leaf::Interest(one)
            }
            Leaf::Stage { held, .. } => Leaf::Stage { stage: VALUE.into(), held },
            other => other,
        };
        shown.to_string().replace(&format!("\"{VALUE}\""), "...")
    }
}

fn value() -> Literal {
    Literal::Text(VALUE.into())
}

fn filter(of: &Filter) -> Filter {
    let nodes = of.nodes().iter().map(|node| match node {
        Node::Leaf(test) => Node::Leaf(masked(test)),
        other => other.clone(),
    });
    Formula::of_nodes(nodes.collect())
}

fn masked(of: &AttributeTest) -> AttributeTest {
    let test = match &of.test {
        Test::Compare(compare, _) | Test::Ago(compare, _) | Test::DaysAhead(compare, _) => {
            Test::Compare(*compare, value())
        }
        Test::In(_) => Test::In(vec![value()]),
        Test::IsNull => Test::IsNull,
        Test::HasAny(_) => Test::HasAny(vec![VALUE.into()]),
        Test::HasAll(_) => Test::HasAll(vec![VALUE.into()]),
        Test::Contains(_) => Test::Contains(VALUE.into()),
        Test::StartsWith(_) => Test::StartsWith(VALUE.into()),
        Test::EndsWith(_) => Test::EndsWith(VALUE.into()),
    };
    AttributeTest { name: of.name.clone(), test }
}
