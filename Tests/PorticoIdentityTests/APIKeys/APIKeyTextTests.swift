import Testing

@testable import PorticoIdentity

@Suite struct APIKeyTextTests {
    @Test("reads what it writes")
    func roundTrip() throws {
        let key = APIKeyText(id: 42, application: "bags")
        #expect(key.text.hasPrefix("pk_bags_42_") && key.secret.count == 32)
        #expect(APIKeyText(key.text, application: "bags") == key)
    }

    @Test("reads secrets that begin with an underscore")
    func underscore() {
        let text = "pk_bags_1__" + String(repeating: "A", count: 42)
        #expect(APIKeyText(text, application: "bags")?.text == text)
    }

    @Test(
        "refuses what is no key of this application",
        arguments: [
            "", "pk_", "pk_bags", "pk_bags_", "pk_bags_1", "pk_bags_1_", "pk_bags_1_short", "pk_bags_x_SECRET",
            "pk_bags_-1_SECRET", "pk_bags_99999999999999999999_SECRET", "pk_live_1_SECRET", "pk_bags_1_SECRETA",
            "PK_bags_1_SECRET", "pk_bags_1_SECRE!",
        ])
    func refuses(text: String) {
        let secret = String(repeating: "A", count: 43)
        #expect(APIKeyText(text.replacing("SECRET", with: secret), application: "bags") == nil)
    }

    @Test("hashes with the key of the application, and with the id")
    func hash() throws {
        let key = APIKeyText(id: 1, application: "bags")
        let other = try #require(
            APIKeyText(key.text.replacing("pk_bags_1_", with: "pk_bags_2_"), application: "bags"))
        #expect(key.hash([1]) == key.hash([1]))
        #expect(key.hash([1]) != key.hash([2]))
        #expect(key.secret == other.secret && key.hash([1]) != other.hash([1]))
    }
}
