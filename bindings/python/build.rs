//! How the library is linked where symbols of the interpreter are found only when it is loaded (macOS).

fn main() {
    pyo3_build_config::add_extension_module_link_args();
}
