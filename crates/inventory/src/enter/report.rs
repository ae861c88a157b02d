//! What to do about a line that the stock refused.

/// What people do about an error of this code.
pub(super) fn way_out(code: &str) -> &'static str {
    match code {
        "inventory.unknown_category" => "add the category, or correct the code",
        "inventory.other_item" => "leave the line out, or change the item",
        "inventory.entered_twice" => "leave one of the lines out",
        "inventory.exists" => "choose another code",
        "inventory.unknown_item_code" => "import the item first, or correct the code",
        "inventory.already_moved" => "leave the line out, and count what is there",
        "inventory.move_at_unknown_location" => "open the location, or correct the code",
        _ => "correct the line, or leave it out",
    }
}
