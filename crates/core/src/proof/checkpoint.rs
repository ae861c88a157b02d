//! Checkpoints: how long a log is and what its root is, in the text form of C2SP `tlog-checkpoint`, signed as a C2SP
//! `signed-note`. Core has no key: whoever has one signs through a callback, and whoever checks brings the check.

use std::fmt;
use std::str::FromStr;

use smol_str::SmolStr;

use super::ProofError;
use super::text::{base64, from_base64};
use crate::chain::sha256;
use crate::digest::hex;
use crate::store::Hash;

/// The most signatures that a note may carry here.
const MOST_SIGNATURES: usize = 64;

/// How long a log is, and what the root of its Merkle tree is: whoever keeps it finds any later change of what it covers.
///
/// ```
/// use fondaco_core::proof::Checkpoint;
/// let empty = Checkpoint::new("acme.example/books", 0, fondaco_core::proof::merkle::root(&[]))?;
/// assert_eq!(
///     empty.to_string(),
///     "acme.example/books\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
/// );
/// assert_eq!(empty.to_string().parse::<Checkpoint>()?, empty);
/// # Ok::<(), fondaco_core::proof::ProofError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkpoint {
    /// Which log: a name of the host's, best like a URL without scheme, `acme.example/books`.
    pub origin: SmolStr,
    /// How many commits it covers: those at positions 1 to `size`.
    pub size: u64,
    /// The root of the Merkle tree over them.
    pub root: Hash,
    /// Lines after these three, which others may have written; they are signed with the rest.
    pub extensions: Vec<SmolStr>,
}

impl Checkpoint {
    /// A checkpoint of the log called `origin`.
    ///
    /// # Errors
    /// [`ProofError::Malformed`] when the origin is empty, or has white space, control characters or a `+`.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Checkpoint, ProofError> {
        check_name(origin, 1)?;
        Ok(Checkpoint { origin: origin.into(), size, root, extensions: Vec::new() })
    }

    /// That this is the checkpoint that is trusted.
    pub(super) fn is(&self, trusted: &Checkpoint) -> Result<(), ProofError> {
        if self == trusted {
            return Ok(());
        }
        let shown = |of: &Checkpoint| format!("{} at {}, {}", of.origin, of.size, base64(&of.root));
        Err(ProofError::OtherLog { found: shown(self), expected: shown(trusted) })
    }

    fn parse(text: &str) -> Result<Checkpoint, ProofError> {
        let Some(body) = text.strip_suffix('\n') else {
            return Err(ProofError::malformed(1, "a checkpoint ends with a new line"));
        };
        let lines: Vec<&str> = body.split('\n').collect();
        let [origin, size, root, extensions @ ..] = lines.as_slice() else {
            return Err(ProofError::malformed(
                1,
                "a checkpoint has three lines: origin, size, root",
            ));
        };
        check_name(origin, 1)?;
        let size = number(size).ok_or_else(|| ProofError::malformed(2, "the size is no number"))?;
        let root = hash(root)
            .ok_or_else(|| ProofError::malformed(3, "the root is no base64 of 32 bytes"))?;
        if let Some(at) = extensions.iter().position(|line| line.is_empty()) {
            return Err(ProofError::malformed(4 + at, "the line is empty"));
        }
        let extensions = extensions.iter().map(|&line| line.into()).collect();
        Ok(Checkpoint { origin: (*origin).into(), size, root, extensions })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, base64(&self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Checkpoint, ProofError> {
        Checkpoint::parse(text)
    }
}

/// A decimal number as the forms have it: no sign, no leading zero.
pub(super) fn number(text: &str) -> Option<u64> {
    let number = text.parse::<u64>().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A hash in base64.
pub(super) fn hash(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}

fn check_name(name: &str, line: usize) -> Result<(), ProofError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(bad) {
        let what = format!("{name:?} is no name: it needs characters, and no white space and no +");
        return Err(ProofError::malformed(line, what));
    }
    Ok(())
}

/// Who signs: a key's name, kind and public part, as a C2SP verifier key `name+id+base64(kind, public)`. No secret is in it.
///
/// ```
/// use fondaco_core::proof::NoteKey;
/// // From the documentation of Go's package note.
/// let key: NoteKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse()?;
/// assert_eq!((key.name(), key.kind(), key.public().len()), ("PeterNeumann", NoteKey::ED25519, 32));
/// assert_eq!(NoteKey::new("PeterNeumann", NoteKey::ED25519, key.public())?, key);
/// # Ok::<(), fondaco_core::proof::ProofError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: SmolStr,
    id: [u8; 4],
    kind: u8,
    public: Vec<u8>,
}

impl NoteKey {
    /// Ed25519 over the note's text.
    pub const ED25519: u8 = 0x01;
    /// ECDSA over the note's text; the public part is DER-encoded SPKI.
    pub const ECDSA: u8 = 0x02;
    /// For whatever has no kind of its own; the public part should then begin with a word that says what it is.
    pub const OTHER: u8 = 0xFF;

    /// The key of a kind that C2SP `signed-note` lists, by its public part.
    ///
    /// # Errors
    /// [`ProofError::Malformed`] when the name is empty, or has white space, control characters or a `+`.
    pub fn new(name: &str, kind: u8, public: &[u8]) -> Result<NoteKey, ProofError> {
        check_name(name, 0)?;
        let hash = match kind {
            NoteKey::ECDSA => sha256(&[public]),
            kind => sha256(&[name.as_bytes(), b"\n", &[kind], public]),
        };
        let id = hash.first_chunk::<4>().copied().unwrap_or_default();
        Ok(NoteKey { name: name.into(), id, kind, public: public.to_vec() })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The kind of signature.
    pub fn kind(&self) -> u8 {
        self.kind
    }

    /// The public part, as its kind has it.
    pub fn public(&self) -> &[u8] {
        &self.public
    }
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let public = [&[self.kind], self.public.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex(&self.id), base64(&public))
    }
}

impl FromStr for NoteKey {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<NoteKey, ProofError> {
        let bad = || ProofError::malformed(1, "a verifier key is name+id+base64 of kind and key");
        let (name, rest) = text.split_once('+').ok_or_else(bad)?;
        let (id, coded) = rest.split_once('+').ok_or_else(bad)?;
        let bytes = from_base64(coded).ok_or_else(bad)?;
        let (&kind, public) = bytes.split_first().ok_or_else(bad)?;
        let key = NoteKey::new(name, kind, public)?;
        if hex(&key.id) == id { Ok(key) } else { Err(bad()) }
    }
}

/// A checkpoint with its signatures, as it is published and kept.
///
/// Signing is a callback of the host's, checking too: here with a toy in place of a signature scheme.
///
/// ```
/// use fondaco_core::proof::{Checkpoint, NoteKey, SignedCheckpoint};
/// # use fondaco_core::digest::salted;
/// # fn toy(text: &[u8]) -> Vec<u8> { salted(&[text.len() as u8; 32], &[7; 16]).to_vec() }
/// let key = NoteKey::new("acme.example/books", NoteKey::OTHER, b"toy")?;
/// let head = Checkpoint::new("acme.example/books", 3, [9; 32])?;
/// let signed = SignedCheckpoint::new(head).sign(&key, |text| Ok::<_, String>(toy(text)))?;
///
/// let published = signed.to_string();
/// let read: SignedCheckpoint = published.parse()?;
/// assert_eq!(read.verified(&key, |text, signature| toy(text) == signature)?.size, 3);
/// assert!(read.verified(&key, |_, _| false).is_err());
/// # Ok::<(), fondaco_core::proof::ProofError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    head: Checkpoint,
    signatures: Vec<NoteSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NoteSignature {
    name: SmolStr,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl SignedCheckpoint {
    /// A checkpoint that nobody has signed: for whoever keeps it himself.
    pub fn new(head: Checkpoint) -> SignedCheckpoint {
        SignedCheckpoint { head, signatures: Vec::new() }
    }

    /// The same, with one signature more: `sign` gets the text and answers with the signature's bytes.
    ///
    /// Never sign a checkpoint that is not consistent with those that were signed before: ask
    /// [`Prover::growth`](super::Prover::growth) first.
    ///
    /// # Errors
    /// [`ProofError::Signer`] with what `sign` failed with.
    pub fn sign<E: fmt::Display>(
        mut self,
        key: &NoteKey,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<SignedCheckpoint, ProofError> {
        let signed = sign(self.head.to_string().as_bytes());
        let bytes = signed.map_err(|error| ProofError::Signer(error.to_string()))?;
        self.signatures.push(NoteSignature { name: key.name.clone(), id: key.id, bytes });
        Ok(self)
    }

    /// What it says, whoever signed it or not.
    pub fn unverified(&self) -> &Checkpoint {
        &self.head
    }

    /// That this is a checkpoint that is trusted, whoever signed it.
    ///
    /// # Errors
    /// [`ProofError::OtherLog`].
    pub fn is_of(&self, trusted: &Checkpoint) -> Result<(), ProofError> {
        self.head.is(trusted)
    }

    /// What it says, if a signature of `key` holds: `check` gets the text and the signature's bytes. Signatures of others are
    /// passed over.
    ///
    /// # Errors
    /// [`ProofError::NotSigned`].
    pub fn verified(
        &self,
        key: &NoteKey,
        check: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Result<&Checkpoint, ProofError> {
        let text = self.head.to_string();
        let mut by_key = self.signatures.iter().filter(|s| s.name == key.name && s.id == key.id);
        let Some(first) = by_key.next() else { return Err(not_signed(key)) };
        let holds = |s: &NoteSignature| check(text.as_bytes(), &s.bytes);
        if holds(first) && by_key.all(holds) { Ok(&self.head) } else { Err(not_signed(key)) }
    }
}

fn not_signed(key: &NoteKey) -> ProofError {
    ProofError::NotSigned { key: format!("{}+{}", key.name, hex(&key.id)) }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.head)?;
        self.signatures.iter().try_for_each(|signature| {
            let bytes = [&signature.id, signature.bytes.as_slice()].concat();
            writeln!(f, "— {} {}", signature.name, base64(&bytes))
        })
    }
}

impl FromStr for SignedCheckpoint {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<SignedCheckpoint, ProofError> {
        let Some((body, lines)) = text.rsplit_once("\n\n") else {
            let what = "a checkpoint is a text, an empty line, and signatures";
            return Err(ProofError::malformed(1, what));
        };
        let body = format!("{body}\n");
        let first = body.lines().count() + 2;
        let head = Checkpoint::parse(&body)?;
        if lines.lines().count() > MOST_SIGNATURES || !(lines.is_empty() || lines.ends_with('\n')) {
            let what = "signatures are lines, 64 at the most";
            return Err(ProofError::malformed(first, what));
        }
        let bad = |at| ProofError::malformed(first + at, "a signature is: — name base64");
        let signature = |(at, line)| signature(line).ok_or_else(|| bad(at));
        let signatures = lines.lines().enumerate().map(signature).collect::<Result<_, _>>()?;
        Ok(SignedCheckpoint { head, signatures })
    }
}

fn signature(line: &str) -> Option<NoteSignature> {
    let (name, coded) = line.strip_prefix("— ")?.split_once(' ')?;
    check_name(name, 0).ok()?;
    let bytes = from_base64(coded)?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    Some(NoteSignature { name: name.into(), id: *id, bytes: signature.to_vec() })
}
