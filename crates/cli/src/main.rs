//! x
mod config;mod env;mod exit;mod position;mod yaml;
fn main(){}
