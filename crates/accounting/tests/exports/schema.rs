//! As much of XML Schema as the authority's file needs: order and number of elements, choices, extensions and restrictions, the facets of
//! simple types. The schema is read as it is published; what this does not know in it fails.

use std::collections::BTreeMap;

/// An element with its attributes, elements and text.
#[derive(Debug, Clone, Default)]
pub struct Element {
    pub name: String,
    attributes: BTreeMap<String, String>,
    pub elements: Vec<Element>,
    pub text: String,
}

impl Element {
    /// Reads a document: elements, attributes, text, comments; no DTD.
    pub fn read(xml: &str) -> Element {
        let mut stack = vec![Element::default()];
        let mut rest = xml.trim_start_matches('\u{feff}');
        while let Some(at) = rest.find('<') {
            stack.last_mut().unwrap().text.push_str(&plain(&rest[..at]));
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("<!--") {
                rest = &after[after.find("-->").unwrap() + 3..];
                continue;
            }
            let end = rest.find('>').unwrap();
            let tag = &rest[1..end];
            rest = &rest[end + 1..];
            if tag.starts_with('?') {
                continue;
            }
            if let Some(name) = tag.strip_prefix('/') {
                let element = stack.pop().unwrap();
                assert_eq!(local(name.trim()), element.name, "elements close as they open");
                stack.last_mut().unwrap().elements.push(element);
                continue;
            }
            let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            let element = Element {
                name: local(name),
                attributes: attributes_of(attributes),
                ..Element::default()
            };
            match empty {
                true => stack.last_mut().unwrap().elements.push(element),
                false => stack.push(element),
            }
        }
        let mut document = stack.pop().unwrap();
        assert!(stack.is_empty(), "an element is not closed");
        document.elements.pop().unwrap()
    }

    fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    /// Takes all elements of a name out, however deep.
    fn drop_all(&mut self, name: &str) {
        self.elements.retain(|element| element.name != name);
        self.elements.iter_mut().for_each(|element| element.drop_all(name));
    }

    /// The elements at a path below.
    pub fn all(&self, path: &str) -> Vec<&Element> {
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let found = self.elements.iter().filter(|element| element.name == first);
        match rest {
            "" => found.collect(),
            rest => found.flat_map(|element| element.all(rest)).collect(),
        }
    }

    /// The text of an element right below; nothing where it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.elements
            .iter()
            .find(|element| element.name == name)
            .map_or("", |element| &element.text)
    }
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap().to_owned()
}

fn plain(text: &str) -> String {
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'");
    text.replace("&amp;", "&")
}

fn attributes_of(mut text: &str) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    while let Some((name, rest)) = text.split_once('=') {
        let (value, after) = rest.trim_start().strip_prefix('"').unwrap().split_once('"').unwrap();
        attributes.insert(name.trim().to_owned(), plain(value));
        text = after;
    }
    attributes
}

/// A schema: its root element and its types.
pub struct Schema {
    root: Element,
    types: BTreeMap<String, Element>,
}

impl Schema {
    /// The schema of Norway's tax administration, as it publishes it.
    pub fn norwegian() -> Schema {
        let mut schema =
            Element::read(include_str!("../schemas/Norwegian_SAF-T_Financial_Schema_v_1.30.xsd"));
        schema.drop_all("annotation");
        let root =
            schema.elements.iter().find(|element| element.name == "element").unwrap().clone();
        let types = schema.elements.into_iter().filter(|element| element.name.ends_with("Type"));
        let types =
            types.map(|element| (element.get("name").unwrap().to_owned(), element)).collect();
        Schema { root, types }
    }

    /// What of a document is not as the schema says.
    pub fn mistakes(&self, document: &Element) -> Vec<String> {
        let mut mistakes = Vec::new();
        if self.root.get("name") != Some(&document.name) {
            mistakes.push(format!("{} is not the root", document.name));
        }
        self.element(&self.root, document, "", &mut mistakes);
        mistakes
    }

    fn element(&self, declared: &Element, found: &Element, path: &str, mistakes: &mut Vec<String>) {
        let path = format!("{path}/{}", found.name);
        if let Some(name) = declared.get("type") {
            return self.typed(name, found, &path, mistakes);
        }
        for inner in &declared.elements {
            match inner.name.as_str() {
                "complexType" => self.complex(inner, found, &path, mistakes),
                "simpleType" => self.simple(inner, &found.text, &path, mistakes),
                _ => {}
            }
        }
    }

    fn typed(&self, name: &str, found: &Element, path: &str, mistakes: &mut Vec<String>) {
        match self.types.get(name) {
            Some(complex) if complex.name == "complexType" => {
                self.complex(complex, found, path, mistakes)
            }
            Some(simple) => self.simple(simple, &found.text, path, mistakes),
            None => base(name, &found.text, path, mistakes),
        }
    }

    fn complex(&self, declared: &Element, found: &Element, path: &str, mistakes: &mut Vec<String>) {
        let particles = self.particles(declared);
        let mut rest = found.elements.as_slice();
        for particle in particles {
            rest = self.particle(particle, rest, path, mistakes);
        }
        if let Some(next) = rest.first() {
            mistakes.push(format!("{path}: {} is not expected", next.name));
        }
    }

    /// The groups of a complex type: those of what it extends first; a restriction says all by itself.
    fn particles<'s>(&'s self, declared: &'s Element) -> Vec<&'s Element> {
        let mut particles = Vec::new();
        for inner in &declared.elements {
            match inner.name.as_str() {
                "sequence" | "choice" => particles.push(inner),
                "complexContent" => {
                    for content in &inner.elements {
                        if content.name == "extension" {
                            particles
                                .extend(self.particles(&self.types[content.get("base").unwrap()]));
                        }
                        particles.extend(self.particles(content));
                    }
                }
                _ => {}
            }
        }
        particles
    }

    /// Takes from the elements what a group or a declared element has, and gives what is left.
    fn particle<'e>(
        &self,
        particle: &Element,
        mut rest: &'e [Element],
        path: &str,
        mistakes: &mut Vec<String>,
    ) -> &'e [Element] {
        let count = |name: &str| match particle.get(name) {
            None => 1,
            Some("unbounded") => usize::MAX,
            Some(count) => count.parse().unwrap(),
        };
        let (least, most) = (count("minOccurs"), count("maxOccurs"));
        let mut times = 0;
        while times < most && rest.first().is_some_and(|next| self.begins(particle, &next.name)) {
            let before = rest.len();
            rest = self.once(particle, rest, path, mistakes);
            times += 1;
            if rest.len() == before {
                break;
            }
        }
        if times < least && !self.may_be_empty(particle) {
            mistakes.push(format!(
                "{path}: {} is missing",
                particle.get("name").unwrap_or(&particle.name)
            ));
        }
        rest
    }

    fn once<'e>(
        &self,
        particle: &Element,
        rest: &'e [Element],
        path: &str,
        mistakes: &mut Vec<String>,
    ) -> &'e [Element] {
        match particle.name.as_str() {
            "element" => {
                self.element(particle, &rest[0], path, mistakes);
                &rest[1..]
            }
            "sequence" => {
                let inner = particle.elements.iter();
                inner.fold(rest, |rest, inner| self.particle(inner, rest, path, mistakes))
            }
            "choice" => {
                let inner =
                    particle.elements.iter().find(|inner| self.begins(inner, &rest[0].name));
                inner.map_or(rest, |inner| self.particle(inner, rest, path, mistakes))
            }
            other => panic!("{other} is not known"),
        }
    }

    /// Whether a particle can begin with an element of this name.
    fn begins(&self, particle: &Element, name: &str) -> bool {
        let mut inner = particle.elements.iter();
        match particle.name.as_str() {
            "element" => particle.get("name") == Some(name),
            "choice" => inner.any(|inner| self.begins(inner, name)),
            "sequence" => {
                for inner in inner {
                    if self.begins(inner, name) {
                        return true;
                    }
                    if !self.may_be_empty(inner) {
                        return false;
                    }
                }
                false
            }
            other => panic!("{other} is not known"),
        }
    }

    fn may_be_empty(&self, particle: &Element) -> bool {
        let mut inner = particle.elements.iter();
        particle.get("minOccurs") == Some("0")
            || match particle.name.as_str() {
                "sequence" => inner.all(|inner| self.may_be_empty(inner)),
                "choice" => inner.any(|inner| self.may_be_empty(inner)),
                _ => false,
            }
    }

    fn simple(&self, declared: &Element, text: &str, path: &str, mistakes: &mut Vec<String>) {
        let restrictions = declared.elements.iter().filter(|inner| inner.name == "restriction");
        for restriction in restrictions {
            let name = restriction.get("base").unwrap();
            match self.types.get(name) {
                Some(simple) => self.simple(simple, text, path, mistakes),
                None => base(name, text, path, mistakes),
            }
            let facets = restriction.elements.iter();
            let (allowed, facets): (Vec<_>, Vec<_>) =
                facets.partition(|facet| facet.name == "enumeration");
            if !allowed.is_empty()
                && !allowed.iter().any(|allowed| allowed.get("value") == Some(text))
            {
                mistakes.push(format!("{path}: {text:?} is none of the values"));
            }
            facets.into_iter().for_each(|facet| self.facet(facet, text, path, mistakes));
        }
    }

    fn facet(&self, facet: &Element, text: &str, path: &str, mistakes: &mut Vec<String>) {
        let limit: i64 = facet.get("value").unwrap().parse().unwrap_or(0);
        let length = i64::try_from(text.chars().count()).unwrap();
        let digits = i64::try_from(text.chars().filter(char::is_ascii_digit).count()).unwrap();
        let fraction =
            text.split_once('.').map_or(0, |(_, fraction)| i64::try_from(fraction.len()).unwrap());
        let number = text.parse::<i64>();
        let wrong = match facet.name.as_str() {
            "maxLength" => length > limit,
            "length" => length != limit,
            "totalDigits" => digits > limit,
            "fractionDigits" => fraction > limit,
            "minInclusive" => number.is_ok_and(|number| number < limit),
            "maxInclusive" => number.is_ok_and(|number| number > limit),
            // Of elements that are not written: tax codes.
            "pattern" => panic!("{path} has a pattern"),
            other => panic!("{other} is not known"),
        };
        if wrong {
            let than = if facet.name == "maxLength" { "longer than" } else { facet.name.as_str() };
            mistakes.push(format!("{path}: {text:?} is {than} {limit}"));
        }
    }
}

fn base(name: &str, text: &str, path: &str, mistakes: &mut Vec<String>) {
    let fits = match name {
        "xs:string" | "xs:anyURI" => true,
        "xs:decimal" => text.parse::<rust_decimal::Decimal>().is_ok(),
        "xs:date" => text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok(),
        "xs:nonNegativeInteger" => text.parse::<u64>().is_ok(),
        other => panic!("{other} is not known"),
    };
    if !fits {
        mistakes.push(format!("{path}: {text:?} is no {}", name.trim_start_matches("xs:")));
    }
}
