import Portico

/// The line that says what a form did, on the page it leads back to: the item `done` of its address.
enum DoneNotice {
    /// The notice of a deed; none for a word that is no deed.
    static func notices(_ deed: String) -> [Notice] {
        words[deed].map { [Notice($0, tone: .good)] } ?? []
    }

    private static let words = [
        "move": "Moved", "unlink": "Taken out of its sack", "empty": "Emptied: its bags are loose",
        "sscc": "SSCC assigned", "sscc/release": "SSCC released", "hold": "Put on hold", "release": "Hold lifted",
        "retire": "Retired", "restore": "Restored", "added": "Added", "saved": "Saved",
        "invited": "Invited: the link is on its way",
        "invited/again": "Sent again: the link before is worth nothing now",
        "invited/back": "Taken back: the link is worth nothing now", "limit": "The limit is changed",
        "limit/reset": "The limit is as declared again",
        "sessions": "Signed out everywhere",
        "second-factor": "Authenticator removed: all sessions have ended",
        "billed": "The bill is open", "complete": "Completed", "reopen": "Open again", "cancel": "Cancelled",
        "deliver": "The delivery is recorded", "edit": "Saved", "remove": "Taken off the bill",
        "start": "The check is running", "abandon": "The check is given up", "dispatch": "Dispatched: the lorry may go",
        "unloaded": "Unloaded",
        "erased": "Erased: nothing leads to the person any more",
        "return/commit": "Committed: the ticket is fixed", "return/cancel": "Cancelled: see what became of each sack",
        "summary": "The summary is on its way to those who have not got it",
        "ping": "A message that says nothing is on its way", "redeliver": "It is on its way again",
        "paused": "Paused: what happens meanwhile is not kept for it", "activated": "Active: it hears what happens",
        "removed": "Removed with its deliveries",
        "deactivated": "Deactivated: all sessions have ended",
        "reactivated": "Active again, with the role, area and password from before",
    ]
}
