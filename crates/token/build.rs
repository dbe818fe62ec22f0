//! Registers our part of Saleor's schema, so that questions to a store are checked against it when they are compiled.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "saleor")]
    cynic_codegen::register_schema("saleor").from_sdl_file("schema/saleor.graphql")?.as_default()?;
    Ok(())
}
