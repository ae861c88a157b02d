//! A wire to PostgreSQL that breaks where one likes: before a statement reaches the server, or after, so that its answer is lost.
#![allow(unreachable_pub, dead_code)] // each test program uses its part
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::io::{BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// Where the wire breaks: at the next statement that begins so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Before(&'static str),
    After(&'static str),
    /// After, and the server seems to have said that it dies of it, with this code.
    Dies(&'static str, &'static str),
    /// The server has it, and nothing comes back: the wire stays open and says nothing.
    Hush(&'static str),
}

#[derive(Default)]
struct State {
    cut: Option<Cut>,
    /// How many statements get through before the wire breaks, where that is said.
    left: Option<u64>,
    done: bool,
    /// Nobody gets through after the cut.
    for_good: bool,
    /// Whether the server spoke last, and how often a client spoke after it.
    answered: bool,
    trips: u64,
}

/// See the [module](self).
pub struct Proxy {
    url: String,
    folder: PathBuf,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// A proxy before the server at `url`, which has a socket.
    pub fn before(url: &str) -> Proxy {
        let (_, rest) = url.split_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        let server = PathBuf::from(server.replace("%2F", "/")).join(".s.PGSQL.5432");
        let folder = std::env::temp_dir().join(super::server::name("proxy"));
        std::fs::create_dir(&folder).unwrap();
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = state.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let gone = {
                    let state = shared.lock().unwrap();
                    state.done && state.for_good
                };
                if !gone {
                    let server = UnixStream::connect(&server).unwrap();
                    pass(client, server, shared.clone());
                }
            }
        });
        let host = folder.display().to_string().replace('/', "%2F");
        Proxy { url: format!("postgresql://postgres@{host}/{database}"), folder, state }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Breaks the wire once, at the next such statement.
    pub fn cut_next(&self, cut: Cut) {
        *self.state.lock().unwrap() = State { cut: Some(cut), ..State::default() };
    }

    /// The same, and nobody gets through afterwards.
    pub fn cut_for_good(&self, cut: Cut) {
        *self.state.lock().unwrap() = State { cut: Some(cut), for_good: true, ..State::default() };
    }

    /// Breaks the wire before the n-th statement from now on, counted from 0, and nobody gets through afterwards.
    pub fn cut_before_statement(&self, n: u64) {
        *self.state.lock().unwrap() = State { left: Some(n), for_good: true, ..State::default() };
    }

    /// How often somebody waited for the server since this was asked last.
    pub fn trips(&self) -> u64 {
        std::mem::take(&mut self.state.lock().unwrap().trips)
    }

    pub fn has_cut(&self) -> bool {
        self.state.lock().unwrap().done
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn pass(client: UnixStream, server: UnixStream, state: Arc<Mutex<State>>) {
    let (back_from, back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let heard: Arc<Heard> = Arc::default();
    let (told, seen) = (heard.clone(), state.clone());
    thread::spawn(move || copy(back_from, back_to, &told, &seen));
    thread::spawn(move || forward(client, server, &state, &heard));
}

/// What one connection heard from the server.
#[derive(Default)]
struct Heard {
    /// How often it said that it is ready for more, and whether it is gone.
    ready: Mutex<(u64, bool)>,
    more: Condvar,
    /// The client hears nothing of it.
    mute: AtomicBool,
}

impl Heard {
    /// Waits until the server was ready so many times, or is gone.
    fn wait(&self, ready: u64) {
        let short = |heard: &mut (u64, bool)| heard.0 < ready && !heard.1;
        drop(self.more.wait_while(self.ready.lock().unwrap(), short).unwrap());
    }

    fn note(&self, ready: u64, gone: bool) {
        let mut heard = self.ready.lock().unwrap();
        *heard = (heard.0 + ready, heard.1 || gone);
        self.more.notify_all();
    }
}

/// Counts the messages of one kind in what a server says, however it is cut into parts.
struct Frames {
    head: Vec<u8>,
    left: usize,
}

impl Frames {
    fn count(&mut self, mut part: &[u8], tag: u8) -> u64 {
        let mut count = 0;
        while !part.is_empty() {
            if self.left == 0 {
                self.head.push(part[0]);
                part = &part[1..];
                if let [kind, length @ ..] = self.head.as_slice()
                    && let Ok(length) = <[u8; 4]>::try_from(length)
                {
                    count += u64::from(*kind == tag);
                    self.left = u32::from_be_bytes(length) as usize - 4;
                    self.head.clear();
                }
            } else {
                let skipped = self.left.min(part.len());
                part = &part[skipped..];
                self.left -= skipped;
            }
        }
        count
    }
}

fn copy(mut from: UnixStream, mut to: UnixStream, heard: &Heard, state: &Mutex<State>) {
    let mut part = [0; 65_536];
    let mut frames = Frames { head: Vec::new(), left: 0 };
    while let Ok(count @ 1..) = from.read(&mut part) {
        state.lock().unwrap().answered = true;
        if !heard.mute.load(Ordering::SeqCst) && to.write_all(&part[..count]).is_err() {
            break;
        }
        heard.note(frames.count(&part[..count], b'Z'), false);
    }
    heard.note(0, true);
    if !heard.mute.load(Ordering::SeqCst) {
        let _ = to.shutdown(Shutdown::Both);
    }
}

/// A message of PostgreSQL's that is the last of its connection.
fn last_words(code: &str) -> Vec<u8> {
    let fields = format!("SFATAL\0VFATAL\0C{code}\0Mgone\0\0");
    let mut message = vec![b'E'];
    message.extend((fields.len() as u32 + 4).to_be_bytes());
    message.extend(fields.as_bytes());
    message
}

/// Passes messages on, one by one, and breaks where it is told to.
fn forward(mut client: UnixStream, mut server: UnixStream, state: &Mutex<State>, heard: &Heard) {
    // The first message has no tag.
    let mut message = Vec::new();
    if read_into(&mut client, &mut message, 4).is_none() {
        return;
    }
    let length = u32::from_be_bytes(message[..4].try_into().unwrap()) as usize;
    if read_into(&mut client, &mut message, length - 4).is_none() {
        return;
    }
    let _ = server.write_all(&message);
    let mut sent = BufReader::with_capacity(65_536, client.try_clone().unwrap());
    // The server is ready once it knows who is there, and after each statement and each end of a series.
    let mut ready = 1;
    let mut begins = true;
    loop {
        message.clear();
        // What is sent at once is read at once.
        let fresh = sent.buffer().is_empty();
        if read_into(&mut sent, &mut message, 5).is_none() {
            break;
        }
        if fresh {
            let mut state = state.lock().unwrap();
            state.trips += u64::from(std::mem::take(&mut state.answered));
        }
        let length = u32::from_be_bytes(message[1..5].try_into().unwrap()) as usize;
        if read_into(&mut sent, &mut message, length - 4).is_none() {
            break;
        }
        if begins && message[0] != b'X' && is_last(state) {
            break;
        }
        begins = matches!(message[0], b'Q' | b'S');
        ready += u64::from(begins);
        let statement = (message[0] == b'Q').then(|| message[5..].to_vec());
        let cut = statement.and_then(|text| due(state, &text));
        if let Some(Cut::Before(_)) = cut {
            break;
        }
        heard.mute.store(cut.is_some(), Ordering::SeqCst);
        if server.write_all(&message).is_err() {
            break;
        }
        match cut {
            None => continue,
            // The client is gone before the answer comes, but the server has done it.
            Some(Cut::After(_)) => heard.wait(ready),
            Some(Cut::Dies(_, code)) => {
                heard.wait(ready);
                let _ = client.write_all(&last_words(code));
            }
            // Whatever else is said is lost, until the client goes.
            _ => while let Ok(1..) = sent.read(&mut [0; 4096]) {},
        }
        break;
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

/// Counts a statement; whether it does not get through any more.
fn is_last(state: &Mutex<State>) -> bool {
    let mut state = state.lock().unwrap();
    match &mut state.left {
        None => false,
        Some(0) => {
            state.done = true;
            true
        }
        Some(left) => {
            *left -= 1;
            false
        }
    }
}

fn due(state: &Mutex<State>, text: &[u8]) -> Option<Cut> {
    let mut state = state.lock().unwrap();
    let cut = state.cut?;
    let (Cut::Before(word) | Cut::After(word) | Cut::Dies(word, _) | Cut::Hush(word)) = cut;
    if !text.starts_with(word.as_bytes()) {
        return None;
    }
    state.cut = None;
    state.done = true;
    Some(cut)
}

fn read_into(from: &mut impl Read, message: &mut Vec<u8>, count: usize) -> Option<()> {
    let start = message.len();
    message.resize(start + count, 0);
    from.read_exact(&mut message[start..]).ok()
}
