//! A test report in the form of JUnit: a failed case for each finding, one passed case where there is none.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::Report;
use crate::{
    render::printable,
    secrets::leak::{Leak, REMEDY},
};

const SUITE: &str = "storeward secrets";

pub(super) fn write(out: &mut Vec<u8>, report: &Report<'_>) -> io::Result<()> {
    let leaks = &report.outcome.leaks;
    let (cases, failures) = (leaks.len().max(1).to_string(), leaks.len().to_string());
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let counts = [("name", SUITE), ("tests", cases.as_str()), ("failures", failures.as_str())];
    writer.create_element("testsuites").with_attributes(counts).write_inner_content(|writer| {
        writer.create_element("testsuite").with_attributes(counts).write_inner_content(|writer| {
            leaks.iter().try_for_each(|leak| case(writer, report, leak))?;
            if leaks.is_empty() {
                writer
                    .create_element("testcase")
                    .with_attributes([("classname", SUITE), ("name", "no secrets")])
                    .write_empty()?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    out.push(b'\n');
    Ok(())
}

fn case(writer: &mut Writer<&mut Vec<u8>>, report: &Report<'_>, leak: &Leak) -> io::Result<()> {
    // XML has no form for control characters.
    let path = printable(&leak.path);
    let name = format!("{} at {}:{}", leak.rule, leak.line, leak.column);
    let message = printable(&format!("{} {}", report.name(leak), leak.masked));
    let text = format!("{path}:{}:{}: {}. {REMEDY}.", leak.line, leak.column, leak.description);
    writer
        .create_element("testcase")
        .with_attributes([("classname", path.as_str()), ("name", name.as_str()), ("file", path.as_str())])
        .write_inner_content(|writer| {
            writer
                .create_element("failure")
                .with_attributes([("message", message.as_str()), ("type", leak.severity.as_str())])
                .write_text_content(BytesText::new(&text))?;
            Ok(())
        })?;
    Ok(())
}
