//! What a file consists of: its variables, constants and methods, each an element with its line.

use super::PapError;
use super::xml::Element;

/// The parts of a file, in its own order.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) name: String,
    pub(super) variables: Vec<(Role, Element)>,
    pub(super) constants: Vec<Element>,
    /// The main method is the first.
    pub(super) methods: Vec<Element>,
}

/// What a variable is for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Given by who asks.
    Input,
    /// An answer, and the group that the file has it in, such as `STANDARD` or `DBA`.
    Output(String),
    /// What the program keeps in between.
    Internal,
}

/// What only holds others.
const HOLDERS: &[&str] = &["VARIABLES", "INPUTS", "OUTPUTS", "INTERNALS", "CONSTANTS", "METHODS"];

impl Outline {
    pub(super) fn of(root: Element) -> Result<Self, PapError> {
        if root.name != "PAP" {
            return Err(root.error(
                "a PAP begins with the element <PAP>: give the file as the ministry publishes it",
            ));
        }
        let name = root.attribute("name").map(|name| name.value.clone()).unwrap_or_default();
        let mut outline = Self { name, ..Self::default() };
        let mut main = None;
        let line = root.line;
        outline.take(root.children, "", &mut main)?;
        let Some(main) = main else {
            let why = "it has no <MAIN>, where a program begins: give the whole file".to_owned();
            return Err(PapError::Structure { line, element: "<PAP>".to_owned(), why });
        };
        outline.methods.insert(0, main);
        Ok(outline)
    }

    fn take(
        &mut self,
        children: Vec<Element>,
        group: &str,
        main: &mut Option<Element>,
    ) -> Result<(), PapError> {
        for child in children {
            match child.name.as_str() {
                "INPUT" => self.variables.push((Role::Input, child)),
                "OUTPUT" => self.variables.push((Role::Output(group.to_owned()), child)),
                "INTERNAL" => self.variables.push((Role::Internal, child)),
                "CONSTANT" => self.constants.push(child),
                "METHOD" => {
                    child.needs("name")?;
                    self.methods.push(child);
                }
                "MAIN" if main.is_some() => {
                    return Err(child.error("there is another <MAIN>: keep one"));
                }
                "MAIN" => *main = Some(child),
                holder if HOLDERS.contains(&holder) => {
                    let group = child
                        .attribute("type")
                        .map(|group| group.value.clone())
                        .unwrap_or_default();
                    self.take(child.children, &group, main)?;
                }
                _ => return Err(child.error("it is no part of a PAP that is known here")),
            }
        }
        Ok(())
    }
}
