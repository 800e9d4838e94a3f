//! Text in sections, the form of case files and of every lesson file: a title, then sections that begin with a line `>>> NAME ARGS`.

/// One section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// `program`, `file`, `task`.
    pub name: String,
    /// What follows the name on its line.
    pub args: String,
    /// The lines below, without blank ones at the end.
    pub body: Vec<String>,
}

impl Section {
    /// A section of these lines.
    #[must_use]
    pub fn new(name: &str, args: &str, body: Vec<String>) -> Self {
        Self { name: name.to_owned(), args: args.to_owned(), body }
    }

    /// The lines as one text.
    #[must_use]
    pub fn text(&self) -> String {
        self.body.join("\n")
    }

    /// The lines as paragraphs, which blank lines part; a paragraph's lines are joined by blanks.
    #[must_use]
    pub fn paragraphs(&self) -> Vec<String> {
        let blocks = self.body.split(|line| line.trim().is_empty());
        blocks.filter(|block| !block.is_empty()).map(|block| block.join(" ")).collect()
    }
}

/// Splits a text into its title and its sections. Only lines with one of `names` begin a section.
#[must_use]
pub fn split(text: &str, names: &[&str]) -> (String, Vec<Section>) {
    let mut title = Vec::new();
    let mut sections: Vec<Section> = Vec::new();
    for line in text.split('\n') {
        match (head(line, names), sections.last_mut()) {
            (Some((name, args)), _) => sections.push(Section::new(name, args.trim(), Vec::new())),
            (None, None) => title.push(line),
            (None, Some(section)) => section.body.push(line.to_owned()),
        }
    }
    for section in &mut sections {
        while section.body.last().is_some_and(|line| line.trim().is_empty()) {
            section.body.pop();
        }
    }
    (title.join("\n").trim().to_owned(), sections)
}

/// The inverse of [`split`].
#[must_use]
pub fn join(title: &str, sections: &[Section]) -> String {
    let mut parts = vec![format!("{title}\n")];
    for section in sections {
        let head = format!(">>> {} {}", section.name, section.args);
        let lines = std::iter::once(head.trim_end()).chain(section.body.iter().map(String::as_str));
        parts.push(lines.collect::<Vec<_>>().join("\n") + "\n");
    }
    parts.join("\n")
}

fn head<'a>(line: &'a str, names: &[&str]) -> Option<(&'a str, &'a str)> {
    let rest = line.strip_prefix(">>> ")?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, args) = rest.split_at(end);
    names.contains(&name).then_some((name, args))
}
