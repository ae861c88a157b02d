//! stub
use super::company::Company;
/// s
#[derive(Default)]
pub struct Settings;
/// g
pub fn generate(_: &Settings) -> Company {
    todo!()
}
