import Portico

/// Has somebody who was erased looked for where they stand by name. The payload is the last that knows it, and nobody
/// who reads the table or the console sees it.
struct ForgetPerson: Job {
    static let name = "bags.forget_person"
    static let policy = JobPolicy(retries: 10, firstRetry: .minutes(1))
    static let isSealed = true

    let id: Int64
    let personName: String
    let email: String

    /// - Parameter account: as it was before the erasure.
    init(_ account: Account) {
        (id, personName, email) = (account.id, account.name, account.email)
    }

    init(payload: JSONValue) throws {
        id = try payload.integer("id")
        personName = try payload.text("name")
        email = try payload.text("email")
    }

    var payload: JSONValue { ["id": .integer(id), "name": .string(personName), "email": .string(email)] }
    var uniqueness: JobUniqueness? { .whileActive("\(id)") }

    /// Whether a text names the person, whatever the case. A short name counts only where nothing else stands: it is
    /// part of many words.
    func isNamed(in text: String) -> Bool {
        let (text, name) = (text.lowercased(), personName.lowercased())
        if text.contains(email.lowercased()) { return true }
        return name.count < 4 ? text == name : text.contains(name)
    }
}
