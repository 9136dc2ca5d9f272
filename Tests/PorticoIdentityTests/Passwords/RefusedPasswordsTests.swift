import Foundation
import PorticoHTTP
import PorticoJSON
import PorticoTesting
import Testing

@testable import PorticoIdentity

@Suite struct RefusedPasswordsTests {
    private func read(_ bytes: [UInt8]) throws -> RefusedPasswords {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file("list.txt")))
        return try RefusedPasswords(file: folder.file("list.txt"))
    }

    private func read(_ text: String) throws -> RefusedPasswords {
        try read(Array(text.utf8))
    }

    @Test("holds the lines of a file, whatever the case of their letters")
    func lines() throws {
        let list = try read("Violin-tractor-9\n\nÜbermut-2-laut\r\n  two spaces  \nlast line of all")
        #expect(list.count == 4)
        for password in [
            "violin-tractor-9", "VIOLIN-TRACTOR-9", "übermut-2-laut", "ÜBERMUT-2-LAUT", "  Two Spaces  ",
            "last line of all",
        ] {
            #expect(list.contains(password), "\(password)")
        }
        for password in ["violin-tractor-", "violin-tractor-9 ", "two spaces", "", "\n", "ubermut-2-laut"] {
            #expect(!list.contains(password), "\(password)")
        }
    }

    @Test("counts a password once, and none that is too long for one")
    func distinct() throws {
        let (longest, tooLong) = (String(repeating: "a", count: 1024), String(repeating: "b", count: 1025))
        let list = try read("same\nSAME\nSame\nother\n\(longest)\n\(tooLong)\nsame")
        #expect(list.count == 3)
        #expect(list.contains(longest) && !list.contains(tooLong))
    }

    @Test("begins behind the mark that some editors put in front of a text")
    func byteOrderMark() throws {
        let list = try read([0xEF, 0xBB, 0xBF] + Array("violin\ntractor\n".utf8))
        #expect(list.count == 2 && list.contains("violin") && list.contains("tractor"))
    }

    @Test("finds every line of a file that is read in many pieces, and nothing else")
    func pieces() throws {
        let passwords = (0..<12_000).map { "password number \($0) of a long list" }
        let list = try read(passwords.joined(separator: "\n"))
        #expect(list.count == passwords.count)
        #expect(passwords.allSatisfy { list.contains($0) })
        #expect(!(0..<2_000).contains { list.contains("passphrase number \($0) of a long list") })
    }

    @Test("is read although some lines are no UTF-8, which match nothing")
    func otherText() throws {
        let list = try read([0x63, 0x61, 0x66, 0xE9, 0x0A] + Array("violin".utf8))
        #expect(list.contains("violin") && !list.contains("café") && !list.contains("caf"))
    }

    @Test("says in a few words why a file is no list")
    func mistakes() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let missing = #expect(throws: RefusedPasswords.Mistake.self) {
            _ = try RefusedPasswords(file: folder.file("none.txt"))
        }
        #expect(missing?.description.hasPrefix("can't be read: ") == true)
        let isFolder = #expect(throws: RefusedPasswords.Mistake.self) { _ = try RefusedPasswords(file: folder.path) }
        #expect(isFolder?.description.hasPrefix("can't be read: ") == true)
        for empty in ["", "\n\r\n\n"] {
            let mistake = #expect(throws: RefusedPasswords.Mistake.self) { _ = try read(empty) }
            #expect(mistake?.description == "holds no password")
        }
        let utf16: [UInt8] = [0xFF, 0xFE, 0x61, 0x00, 0x0A, 0x00]
        let wide = #expect(throws: RefusedPasswords.Mistake.self) { _ = try read(utf16) }
        #expect(wide?.description == "is no text in UTF-8")
    }

    @Test("refuses nothing where there is no list")
    func none() {
        #expect(RefusedPasswords().count == 0 && !RefusedPasswords().contains(""))
        #expect(PasswordRules().refusal(of: "Violin-tractor-9", email: "asha@example.org") == nil)
    }

    @Test("is asked whenever people choose a password: their own, by a link, with an invitation")
    func routes() async throws {
        let refused = try read("violin-tractor-9\n")
        let wish: JSONValue = "Violin-Tractor-9"
        func code(_ answer: TestAnswer) -> JSONValue? { answer.json["errors"]?[0]?["code"] }
        try await withPostOffice(on: .sqlite, configure: { $0.passwords.refused = refused }) { post in
            _ = try await post.office.hire(role: "admin")
            let client = try await post.signedIn()
            let changed = await client.post(
                "/bags/api/v1/password", ["current_password": .string(Office.password), "new_password": wish])
            #expect(changed.status == 422 && code(changed) == "too_common")
            _ = await client.post("/bags/api/v1/password-reset", ["email": "asha@example.org"])
            let token = try await post.lastToken("account.password_reset")
            let reset = await client.post(
                "/bags/api/v1/password-reset/confirm", ["token": .string(token), "password": wish])
            #expect(reset.status == 422 && code(reset) == "too_common")
            _ = await client.post(
                "/bags/api/v1/invitations", ["email": "ravi@example.org", "name": "Ravi", "role": "packer"])
            let invitation = try await post.lastToken("account.invitation")
            let accepted = await client.post(
                "/bags/api/v1/invitations/accept",
                ["token": .string(invitation), "name": "Ravi", "password": wish])
            #expect(accepted.status == 422 && code(accepted) == "too_common")
            let form = await client.get("/bags/invitation?token=\(invitation)")
            let typed = await client.submit(
                "/bags/invitation", ["token": invitation, "name": "Ravi", "password": "VIOLIN-tractor-9"], from: form)
            #expect(typed.status == 422)
            #expect(typed.text.contains("The password is one of the passwords that are guessed first."))
        }
    }
}
