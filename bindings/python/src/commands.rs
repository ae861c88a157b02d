//! Every command of every engine, by name: `engine.command_in_snake_case`.
//!
//! The list is held against the sources by `tests/test_commands.py`: a command that is forgotten here is found there.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use fondaco::core::{Act, ErrorKind};
use serde::de::DeserializeOwned;

use crate::act::{Any, AnyAct, Values, told};
use crate::given::Given;
use crate::told::{Tell, Told};
use crate::trouble::Trouble;

type Reader = fn(Given) -> Result<Box<dyn AnyAct>, Trouble>;
type Teller = fn(Values) -> Result<Told, Trouble>;

/// How a command is read, and how its answer is told.
#[derive(Clone, Copy)]
struct Known {
    read: Reader,
    tell: Teller,
}

impl Known {
    fn of<C>() -> Known
    where
        C: Act + DeserializeOwned + Send + Sync + 'static,
        C::Answer: Tell,
    {
        Known { read: reader::<C>, tell: told::<C> }
    }
}

fn reader<C>(given: Given) -> Result<Box<dyn AnyAct>, Trouble>
where
    C: Act + DeserializeOwned + Send + Sync + 'static,
    C::Answer: Tell,
{
    Ok(Box::new(given.into::<C>()?))
}

/// A command by its name and what it says.
pub(crate) fn command(name: &str, given: Given) -> Result<Any, Trouble> {
    let Some(known) = all().get(name) else {
        let near = all().keys().filter(|known| alike(known, name)).cloned().collect::<Vec<_>>();
        let way_out = match near.is_empty() {
            true => "fondaco.commands() lists all".to_owned(),
            false => format!("did you mean {}?", near.join(" or ")),
        };
        let mut trouble = Trouble::new(
            "python.no_command",
            ErrorKind::NotFound,
            format!("there is no command {name:?}: {way_out}"),
        );
        trouble.details =
            vec![("field".to_owned(), "command".to_owned()), ("value".to_owned(), name.to_owned())];
        return Err(trouble);
    };
    (known.read)(given).map(Any).map_err(|mut trouble| {
        trouble.message = format!("{name}: {}", trouble.message);
        trouble
    })
}

/// What a command of this name answered.
pub(crate) fn answer(name: &str, values: Values) -> Result<Told, Trouble> {
    let gone = || {
        Trouble::new(
            "python.no_command",
            ErrorKind::NotFound,
            format!("{name} is no command any more"),
        )
    };
    (all().get(name).ok_or_else(gone)?.tell)(values)
}

/// Names of which one has the other's last part.
fn alike(known: &str, name: &str) -> bool {
    let last = |text: &str| text.rsplit('.').next().unwrap_or("").replace('_', "").to_lowercase();
    let (known, name) = (last(known), last(name));
    known == name || (name.len() > 3 && known.starts_with(&name))
}

/// The names of all commands.
pub(crate) fn names() -> Vec<String> {
    all().keys().cloned().collect()
}

fn all() -> &'static BTreeMap<String, Known> {
    static ALL: OnceLock<BTreeMap<String, Known>> = OnceLock::new();
    ALL.get_or_init(|| {
        let lists = [accounting(), company(), core(), crm(), inventory(), payroll()];
        lists.into_iter().flatten().map(|(name, known)| (snake(name), known)).collect()
    })
}

/// `accounting.PostMany` as `accounting.post_many`.
fn snake(name: &str) -> String {
    let (engine, name) = name.split_once('.').unwrap_or(("", name));
    let mut made = format!("{engine}.");
    for (at, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && at > 0 {
            made.push('_');
        }
        made.push(c.to_ascii_lowercase());
    }
    made
}

macro_rules! commands {
    ($list:ident, $engine:literal, $($module:path: $($name:ident)*;)*) => {
        fn $list() -> Vec<(&'static str, Known)> {
            vec![$($({
                use $module as module;
                (concat!($engine, ".", stringify!($name)), Known::of::<module::$name>())
            },)*)*]
        }
    };
}

commands! { accounting, "accounting",
    fondaco::accounting::allocation: Allocate RecordStatistics RemoveAllocation SetAllocation
        UndoAllocation;
    fondaco::accounting::close: AddClosingPoint AssertBalance CancelDeferral ChangeDeferral
        CloseYear Correct LockBooks OpenAdjustmentPeriods PostOpening PostTemplate
        RecogniseDeferrals ReopenYear ReverseDeferral SetClosing SetReversalStyle SignOff
        StartDeferral StoreTemplate UnlockBooks WithdrawAssertion WithdrawTemplate;
    fondaco::accounting::currency: CorrectRates EndRate LimitRateAge MarkMonetary
        OpenRateSource RealiseExchange RecordRates RemoveExchangeAccounts Revalue SetExchangeAccounts;
    fondaco::accounting::dimensions: ChangeDimension ChangeDimensionValue DefineDimension
        MoveDimensionValue OpenDimensionValues RemoveDimensionCombination RemoveDimensionRule
        SetDimensionCombination SetDimensionRule SetDimensionUse;
    fondaco::accounting::import: EraseRefusals;
    fondaco::accounting::ledger: ApproveDraft CancelReversal ChangeAccount ChangeDraft
        ChangeJournal ChangeRecurring ChangeSpendingLimit Clear CloseAccount DeleteDraft
        EndRecurring EndSpendingLimit EraseNotes LockPeriod OpenAccounts OpenEach
        OpenFiscalYear OpenJournal PauseRecurring PlanReversal Post PostClearing PostEach
        PostExceeding PostMany PostPending PostReversing PrepareDraft RecordEach RecordPending
        RejectDraft ReopenAccount ResumeRecurring Reverse SetSpendingLimit SetUp SkipRecurring
        SoftLockPeriod StartRecurring SubmitDraft Unclear UnlockPeriod VoidPending;
    fondaco::accounting::parallel: DefineLedger;
}

commands! { core, "core",
    fondaco::core::calendar: DefineCalendar SetZone;
    fondaco::core::due: CancelDue RetryDue SetDueClock;
    fondaco::core::party: AddAddress AddContact AddIdentifier AddRole ChangeParty EndAddress
        EndRelation EndRole EraseParty MergeParties RegisterParty Relate RemoveAddress
        RemoveContact RemoveIdentifier RemoveRelation RemoveRole;
    fondaco::core::policy::stored: AppointFirst AssignRole BlockActor DefineRole Delegate
        EndDelegation RegisterActor RemoveRole WithdrawRole;
}

commands! { inventory, "inventory",
    fondaco::inventory: ChangeStockSettings SetUpStock;
    fondaco::inventory::bills: RemoveBill SetBills;
    fondaco::inventory::counts: RecordCount RemoveCountPlan SetCountPlan;
    fondaco::inventory::enter: EnterItems EnterStock;
    fondaco::inventory::items: AddCategories AddItems AddLots AddOrigins AddVariants
        ChangeCategory ChangeItem ChangeLot CloseCategory CloseItem JudgeLot ReopenCategory
        ReopenItem SetConversions;
    fondaco::inventory::moves: LockStock;
    fondaco::inventory::places: ChangeLocation ChangeSite CloseLocation CloseSite MoveLocation
        OpenLocations OpenSites ReopenLocation ReopenSite;
    fondaco::inventory::planning: ChangeFirmOrder DropFirmOrder FirmProposals ForgetRuns
        RecordForecast ReleaseFirmOrder RemovePlanning SetPlanning SetWantedDay;
    fondaco::inventory::posting: MoveStock;
    fondaco::inventory::replenish: RemoveReorderRule SetReorderRule SetVendorPrices;
    fondaco::inventory::reserve: AnnounceStock CancelExpected Release ReleaseDocument Reserve;
    fondaco::inventory::value: AddLandedCost CorrectReceiptCost SetCosting SetUpCosting
        WriteDown;
}

commands! { payroll, "payroll",
    fondaco::payroll::calendars: DefinePayGroup OpenPayYear;
    fondaco::payroll::leave: DecideLeave DefineLeavePolicy GrantLeave RequestLeave RequestLeaves;
    fondaco::payroll::runs: CancelRun ChangeDeduction ChangeSlip CorrectSlip CreateRun DropSlip EndDeduction
        OpenSums RecordPayments ReopenRun RepayDeduction SetDeduction StoreRules VoidSlip;
    fondaco::payroll::staff: AddEmployees ChangeEmployee DefineComponents EnterDeductions EnterSums
        RecordItems RecordScale RecordTerms RecordTime;
}

commands! { company, "company",
    fondaco::company: AccrueLeave AddPartners BookTime Cancel ChangeCost ChangePartner CloseMonth CloseOrders
        CloseWorkOrders CompleteWorkOrders ConfirmOrders CreditCustomers CreditSuppliers Deliver EnterBills
        InvoiceCustomers IssueMaterial MoveGoods OrderGoods Pay PayAhead PlaceOrders PlanWorkOrders
        PostAccruals PostPay Receive ReleaseBills ReleaseOrders ReleaseWorkOrders Remit ReturnMaterial
        SendBack SetAccounts SetNumbering SetPrices SetProfile SetTaxCodes SetTolerances SetUpCompany SetWorkCentres ShipDirect TakeBack TakeIn
        TransferGoods;
}

commands! { crm, "crm",
    fondaco::crm::attributes: DefineAttributes SetValues;
    fondaco::crm::consent: ConfirmConsent DefinePurposes EraseContact LiftSuppression RecordConsents
        SetSuppressionKey Suppress Unsubscribe;
    fondaco::crm::contacts: AddContacts ChangeContact MoveStages SetBuyingRoles SetParent;
    fondaco::crm::documents: LinkDocument UnlinkDocument;
    fondaco::crm::events: CorrectEvent EraseEvent RecordEvents;
    fondaco::crm::leads: AssignLead MoveLeads OpenLeads;
    fondaco::crm::matching: SetDomains;
    fondaco::crm::membership: PutSegment UseSegment;
    fondaco::crm::merge: MergeContacts UnmergeContact;
    fondaco::crm::opportunities: ChangeOpportunity EndOpportunity OpenOpportunity SetPipeline;
    fondaco::crm::scores: PutScorecard RefreshScores UseScorecard;
}
