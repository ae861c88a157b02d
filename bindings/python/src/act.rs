//! Commands of any engine behind one type: read from plain data, carried out as they are in Rust, with the same digest.

use fondaco::core::digest::DigestError;
use fondaco::core::store::{DecodeError, Hash, Value};
use fondaco::core::{Act, ActError, ErrorKind, Outcome, Tx};
use serde::{Serialize, Serializer};

use crate::told::{Tell, Told};
use crate::trouble::Trouble;

/// What a command's answer is when its type is not known: its values.
pub(crate) struct Values(pub(crate) Vec<Value>);

impl Outcome for Values {
    fn encode(&self, out: &mut Vec<Value>) {
        out.extend(self.0.iter().cloned());
    }
    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Values, DecodeError> {
        Ok(Values(values.collect()))
    }
}

/// A command whose type is forgotten.
pub(crate) trait AnyAct: Send + Sync {
    fn digest(&self) -> Result<Hash, DigestError>;
    fn act(&self, tx: &mut Tx<'_>) -> Result<Values, Trouble>;
    fn answer(&self, values: Values) -> Result<Told, Trouble>;
}

impl<C> AnyAct for C
where
    C: Act + Send + Sync,
    C::Answer: Tell,
{
    fn digest(&self) -> Result<Hash, DigestError> {
        Act::digest(self)
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<Values, Trouble> {
        let answer = Act::act(self, tx).map_err(|error| Trouble::of_act(&error))?;
        let mut values = Vec::new();
        answer.encode(&mut values);
        Ok(Values(values))
    }

    fn answer(&self, values: Values) -> Result<Told, Trouble> {
        told::<C>(values)
    }
}

/// What a command's stored answer says.
pub(crate) fn told<C: Act>(values: Values) -> Result<Told, Trouble>
where
    C::Answer: Tell,
{
    let answer = C::Answer::decode(&mut values.0.into_iter());
    let damaged = |error: DecodeError| {
        let what = format!("the stored answer is none of this command: {error}");
        Trouble::new("python.bad_answer", ErrorKind::Corrupt, what)
    };
    answer.map(|answer| answer.tell()).map_err(damaged)
}

/// A command of any engine.
pub(crate) struct Any(pub(crate) Box<dyn AnyAct>);

/// Never asked for: the digest is that of the command itself.
impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl Act for Any {
    type Answer = Values;
    type Error = Trouble;

    fn digest(&self) -> Result<Hash, DigestError> {
        self.0.digest()
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<Values, Trouble> {
        self.0.act(tx)
    }
}

/// For the compiler: what is carried out is judged as any act is.
const _: fn() = || {
    fn is_act<E: ActError>() {}
    is_act::<Trouble>();
};
