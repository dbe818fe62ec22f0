//! YAML, event by event.

use granit_parser::{Event, Parser};

use super::walk::{Collection, Walk};

pub(super) fn walk(text: &str, walk: &mut Walk<'_>) {
    // An alias that leads nowhere is another's fault to tell.
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: 512,
        block_nesting_limit: 512,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let Ok((event, span)) = event else { return };
        match event {
            Event::Scalar(text, ..) => {
                if let Some((start, end)) = span.start.byte_offset().zip(span.end.byte_offset()) {
                    walk.scalar(&(start..end), &text);
                }
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => walk.other(),
            Event::SequenceStart(..) => walk.open(Collection::Sequence),
            Event::MappingStart(..) => walk.open(Collection::Mapping),
            Event::SequenceEnd | Event::MappingEnd => walk.close(),
            _ => {}
        }
        if walk.is_done() {
            return;
        }
    }
}
