//! Opens and clicks of mails that no person made: programs that fetch pictures ahead, and scanners that follow links.
//!
//! Apple's Mail Privacy Protection loads all pictures through proxies whose agent is a bare `Mozilla/5.0`, opened or not (since September 2021). Gateways follow
//! the links of a mail within seconds of its delivery, several at once, also those that people can't see. What is so flagged is kept, and gives no points.

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use serde::{Deserialize, Serialize};

/// What was seen of a mail that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal<'s> {
    /// When.
    pub at: Timestamp,
    /// What the program called itself (user agent).
    pub agent: &'s str,
    /// Which link was followed; nothing for an open.
    pub link: Option<&'s str>,
}

/// Why something was made by a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Machine {
    /// The program says so.
    Agent,
    /// The link can't be seen by people, or was followed about when such a one was.
    HiddenLink,
    /// Sooner after it was sent than people are.
    TooSoon,
    /// Together with several other links.
    ManyLinks,
}

/// By what machines are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Machines {
    /// Parts of what programs call themselves, in lower case.
    pub agents: Vec<String>,
    /// Parts that hold one of those and belong to people's devices: they are not looked at.
    pub devices: Vec<String>,
    /// All that some programs call themselves, in lower case.
    pub whole_agents: Vec<String>,
    /// Links that people can't see.
    pub hidden_links: Vec<String>,
    /// So many seconds after it was sent at most.
    pub too_soon_seconds: u32,
    /// So many different links or more (0: never) ...
    pub many_links: usize,
    /// ... within so many seconds.
    pub together_seconds: u32,
}

impl Default for Machines {
    fn default() -> Self {
        let agents = [
            "bot",
            "crawler",
            "spider",
            "scanner",
            "headlesschrome",
            "python-requests",
            "curl/",
            "wget/",
            "go-http-client",
            "okhttp",
            "barracuda",
            "mimecast",
            "proofpoint",
            "safelinks",
        ];
        Self {
            agents: agents.map(str::to_owned).into(),
            devices: vec!["cubot".to_owned()],
            whole_agents: vec!["mozilla/5.0".to_owned(), String::new()],
            hidden_links: Vec::new(),
            too_soon_seconds: 2,
            many_links: 3,
            together_seconds: 5,
        }
    }
}

impl Machines {
    /// Of each signal of one mail to one person why it was made by a machine; nothing where a person may have made it.
    ///
    /// ```
    /// use fondaco_crm::scoring::rules::{Machine, Machines, Signal};
    ///
    /// let sent = "2026-03-02T10:00:00Z".parse()?;
    /// let open = Signal { at: "2026-03-02T11:30:00Z".parse()?, agent: "Mozilla/5.0", link: None };
    /// let click = Signal { agent: "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0", link: Some("/prices"), ..open };
    /// assert_eq!(Machines::default().flag(sent, &[open, click]), [Some(Machine::Agent), None]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn flag(&self, sent: Timestamp, signals: &[Signal<'_>]) -> Vec<Option<Machine>> {
        let traps: Vec<Timestamp> = signals
            .iter()
            .filter(|signal| self.is_hidden(signal))
            .map(|signal| signal.at)
            .collect();
        let together = TimeDelta::seconds(self.together_seconds.into());
        let near = |a: Timestamp, b: Timestamp| a.since(b).abs() <= together;
        // In time, so that what came together is side by side.
        let mut clicks: Vec<(Timestamp, &str)> =
            signals.iter().filter_map(|signal| Some((signal.at, signal.link?))).collect();
        clicks.sort_unstable();
        let of = |signal: &Signal<'_>| {
            if self.says_so(signal.agent) {
                return Some(Machine::Agent);
            }
            if signal.link.is_some() && traps.iter().any(|trap| near(*trap, signal.at)) {
                return Some(Machine::HiddenLink);
            }
            if signal.at.since(sent) <= TimeDelta::seconds(self.too_soon_seconds.into()) {
                return Some(Machine::TooSoon);
            }
            let many = signal.link.is_some()
                && self.many_links > 0
                && self.is_one_of_many(signal.at, &clicks, together);
            many.then_some(Machine::ManyLinks)
        };
        signals.iter().map(of).collect()
    }

    fn says_so(&self, agent: &str) -> bool {
        let mut agent = agent.trim().to_lowercase();
        if self.whole_agents.contains(&agent) {
            return true;
        }
        for device in self.devices.iter().filter(|device| !device.is_empty()) {
            agent = agent.replace(device.as_str(), " ");
        }
        self.agents.iter().any(|part| agent.contains(part))
    }

    fn is_hidden(&self, signal: &Signal<'_>) -> bool {
        signal.link.is_some_and(|link| self.hidden_links.iter().any(|hidden| hidden == link))
    }

    /// Whether there is a span of time with this click in it and many links.
    fn is_one_of_many(&self, at: Timestamp, clicks: &[(Timestamp, &str)], span: TimeDelta) -> bool {
        let from = clicks.partition_point(|(time, _)| at.since(*time) > span);
        let begins = clicks.iter().enumerate().skip(from).take_while(|(_, (time, _))| *time <= at);
        let mut begins = begins.map(|(place, _)| place);
        begins.any(|begin| {
            let within = clicks.iter().skip(begin);
            let first = clicks.get(begin).map_or(at, |(time, _)| *time);
            let mut links: Vec<&str> = within
                .take_while(|(time, _)| time.since(first) <= span)
                .map(|(_, link)| *link)
                .collect();
            links.sort_unstable();
            links.dedup();
            links.len() >= self.many_links
        })
    }
}
