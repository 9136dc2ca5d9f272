import PorticoHTTP
import PorticoIdentity
import Testing

@Suite struct PasswordPolicyTests {
    @Test(
        "takes eight characters of four classes, or fifteen of any",
        arguments: ["Kfz-Nr7w", "Portico-demo-1!", "Übung-1x", "a quiet sentence", "fifteenletterss"])
    func accepted(_ password: String) {
        #expect(PasswordPolicy.refusal(of: password, email: "biller@bags.demo") == nil)
    }

    @Test(
        "refuses what is too short, too simple, too common or too close to the address",
        arguments: [
            ("Abc-123", PasswordPolicy.Refusal.tooShort), ("abcdefg-123", .tooSimple), ("Abcdefg1234567", .tooSimple),
            ("P@ssw0rd123", .common), ("Password1!", .common), ("correcthorsebatterystaple", .common),
            ("My-biller-99", .containsEmail), ("the BILLER of the house", .containsEmail),
            (String(repeating: "ab", count: 600), .tooLong),
        ])
    func refused(_ password: String, _ reason: PasswordPolicy.Refusal) {
        #expect(PasswordPolicy.refusal(of: password, email: "Biller@bags.demo") == reason)
    }

    @Test("does not hold a short name against anybody")
    func shortName() {
        #expect(PasswordPolicy.refusal(of: "Anna-Bo-123", email: "bo@example.org") == nil)
    }

    @Test("names the field in the problem")
    func problemDocument() throws {
        let problem = #expect(throws: Problem.self) {
            try PasswordRules().check("short", email: "a@b", field: "new_password")
        }
        #expect(problem?.status == 422)
        #expect(problem?.errors.first?.field == "new_password")
        #expect(problem?.errors.first?.code == "too_short")
    }
}
