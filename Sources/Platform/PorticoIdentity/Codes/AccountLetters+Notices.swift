import PorticoPages
import PorticoValues

/// What people are told of their accounts, so that they notice what was not their doing.
extension AccountLetters {
    func addressTaken(to address: String) -> PersonalMail {
        letter(
            "account.address_taken", to: address, "You have an account at \(mail.title) already",
            [
                .paragraph(
                    """
                    Somebody wanted to use this address for another account at \(mail.title). That can't be, because
                    there is one under it already: yours. Nothing has changed.
                    """),
                .paragraph(
                    """
                    If it was you, sign in with this address, or ask your administrator which of the two accounts is
                    to stay:
                    """),
                .button("Sign in", address: "\(home)/sign-in"),
            ])
    }

    func addressAsked(_ new: String, to address: String) -> PersonalMail {
        letter(
            "account.address_asked", to: address, "Your address at \(mail.title) is to change",
            [
                .paragraph(
                    """
                    Somebody who knows your password wants \(new) to be the address of your account at \(mail.title).
                    It changes when the link is followed that we have sent there.
                    """),
                .paragraph("If it was not you, choose a new password now, which makes the link worthless:"), reset,
            ])
    }

    func addressChanged(_ new: String, to address: String) -> PersonalMail {
        letter(
            "account.address_changed", to: address, "Your address at \(mail.title) was changed",
            [
                .paragraph(
                    """
                    Your account at \(mail.title) has the address \(new) from now on. You sign in with it, and mails go
                    there. Everything you were signed in with has been signed out.
                    """)
            ],
            closing: "If it was not you, tell your administrator at once.")
    }

    func closed(to address: String) -> PersonalMail {
        letter(
            "account.closed", to: address, "Your account at \(mail.title) is closed",
            [
                .paragraph(
                    """
                    Your account at \(mail.title) was closed with your password. Nobody can sign in to it any more,
                    and your API keys are refused.
                    """)
            ],
            closing: "If it was not you, or if you want it back, ask your administrator.")
    }

    func passwordChanged(to address: String) -> PersonalMail {
        letter(
            "account.password_changed", to: address, "Your password for \(mail.title) was changed",
            [
                .paragraph(
                    """
                    Your password for \(mail.title) was changed through a link we had sent to this address.
                    Everything you were signed in with has been signed out; API keys go on.
                    """),
                .paragraph("If it was not you, ask for a new password at once and tell your administrator:"), reset,
            ])
    }

    func locked(to address: String, after failures: Int, lasting duration: Span) -> PersonalMail {
        letter(
            "account.locked", to: address,
            "Your account at \(mail.title) is locked for \(AccountLetters.words(duration))",
            [
                .paragraph(
                    """
                    Somebody has typed a wrong password or code for your account at \(mail.title) \(failures) times.
                    For \(AccountLetters.words(duration)) nobody signs in to it in a new browser. Browsers that you have
                    signed in with go on as always.
                    """),
                .paragraph("If it was you, wait, or choose a new password, which ends the wait:"), reset,
            ],
            closing: "If it was not you, do nothing: nobody got in. You are told this once a day at most.")
    }

    func phoneAdded(_ number: PhoneNumber, to address: String) -> PersonalMail {
        letter(
            "account.phone_added", to: address, "A phone was added to your account at \(mail.title)",
            [
                .paragraph(
                    """
                    The phone ending in \(number.ending) was added to your account at \(mail.title), by somebody who
                    knows your password. Codes for signing in may go there from now on. Everything else you were
                    signed in with has been signed out; API keys go on.
                    """), notMe, reset,
            ])
    }

    func phoneRemoved(to address: String) -> PersonalMail {
        letter(
            "account.phone_removed", to: address, "The phone was removed from your account at \(mail.title)",
            [
                .paragraph(
                    """
                    The phone was removed from your account at \(mail.title), by somebody who knows your password. No
                    codes go there any more. Everything else you were signed in with has been signed out; API keys go
                    on.
                    """), notMe, reset,
            ])
    }

    private var notMe: MailLetter.Block {
        .paragraph("If it was not you, choose a new password at once and tell your administrator:")
    }

    private var reset: MailLetter.Block { .button("Choose a new password", address: "\(home)/reset") }
}
