//! storeward from the outside: the real program in fresh directories, and the shape of the house.

mod architecture;
mod bad_input;
mod cases;
mod check;
mod init;
mod program;
mod sarif;
