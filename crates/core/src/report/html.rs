//! Writing HTML that is escaped unless the program itself says otherwise.

/// A text of HTML in the making. Names of elements and attributes are the program's own; every text and every attribute's
/// value is escaped, so that no data can become markup.
///
/// ```
/// use fondaco_core::report::Html;
/// let mut html = Html::new();
/// html.element("p", &[("class", "\"loud\"")], |html| {
///     html.text("Rice & <beans>");
/// });
/// html.void("hr", &[]);
/// assert_eq!(html.into_string(), "<p class=\"&quot;loud&quot;\">Rice &amp; &lt;beans&gt;</p><hr>");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Html {
    out: String,
}

impl Html {
    /// Nothing yet.
    pub fn new() -> Html {
        Html::default()
    }

    /// Text between elements.
    pub fn text(&mut self, text: &str) -> &mut Html {
        self.escaped(text);
        self
    }

    /// An element with what is in it. It is closed, whatever `inside` does.
    pub fn element(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
        inside: impl FnOnce(&mut Html),
    ) -> &mut Html {
        self.start(name, attributes, ">");
        inside(self);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        self
    }

    /// An element with a text in it.
    ///
    /// ```
    /// use fondaco_core::report::Html;
    /// let mut html = Html::new();
    /// html.with_text("td", &[], "1 < 2");
    /// assert_eq!(html.into_string(), "<td>1 &lt; 2</td>");
    /// ```
    pub fn with_text(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
        text: &str,
    ) -> &mut Html {
        self.element(name, attributes, |html| html.escaped(text))
    }

    /// An element that can have nothing in it: `meta`, `hr`, `br`.
    pub fn void(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) -> &mut Html {
        self.start(name, attributes, ">");
        self
    }

    /// Markup as the program has it: a constant, never data.
    ///
    /// ```
    /// use fondaco_core::report::Html;
    /// let mut html = Html::new();
    /// html.constant("<!DOCTYPE html>");
    /// assert_eq!(html.into_string(), "<!DOCTYPE html>");
    /// ```
    pub fn constant(&mut self, markup: &'static str) -> &mut Html {
        self.out.push_str(markup);
        self
    }

    /// What was written.
    pub fn into_string(self) -> String {
        self.out
    }

    fn start(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
        end: &'static str,
    ) {
        self.out.push('<');
        self.out.push_str(name);
        for (attribute, value) in attributes {
            self.out.push(' ');
            self.out.push_str(attribute);
            self.out.push_str("=\"");
            self.escaped(value);
            self.out.push('"');
        }
        self.out.push_str(end);
    }

    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) =
            rest.find(|c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || unfit(c))
        {
            let (before, after) = rest.split_at(at);
            self.out.push_str(before);
            let mut chars = after.chars();
            self.out.push_str(match chars.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                Some('"') => "&quot;",
                Some('\'') => "&#39;",
                _ => "\u{fffd}",
            });
            rest = chars.as_str();
        }
        self.out.push_str(rest);
    }
}

/// Characters that HTML or XML does not allow: controls, and the two that are none.
fn unfit(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// An anchor as an id: letters, digits and `-` stay, anything else becomes its code, so that two never meet.
pub(crate) fn id(anchor: &str) -> String {
    let mut id = String::with_capacity(anchor.len());
    for c in anchor.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => id.push(c),
            other => id.push_str(&format!("_{:x}_", u32::from(other))),
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_control_character_but_blanks_and_line_ends() {
        let mut html = Html::new();
        html.text("a\0b\u{1b}c\nd");
        assert_eq!(html.into_string(), "a\u{fffd}b\u{fffd}c\nd");
        let mut html = Html::new();
        html.text("a\u{fffe}b\u{ffff}c\u{1f4b6}");
        assert_eq!(
            html.into_string(),
            "a\u{fffd}b\u{fffd}c\u{1f4b6}",
            "XML has no such characters"
        );
    }

    proptest! {
        #[test]
        fn no_text_is_markup(text in any::<String>()) {
            let mut html = Html::new();
            html.text(&text);
            let html = html.into_string();
            let markup = html.contains(['<', '>', '"', '\'']);
            prop_assert!(!markup);
            let plain = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
            let plain = plain.replace("&#39;", "'").replace("&amp;", "&");
            let fit: String = text.chars().map(|c| if unfit(c) { '\u{fffd}' } else { c }).collect();
            prop_assert_eq!(plain, fit);
        }

        #[test]
        fn two_anchors_have_two_ids(a in any::<String>(), b in any::<String>()) {
            prop_assert_eq!(a == b, id(&a) == id(&b));
        }
    }
}
