/// What the gatekeeper enters when the lorry goes (rule R28).
struct Departure: Sendable, Hashable {
    let vehicleNumber: String
    let driverName: String
    /// E.164; erased some months after the delivery.
    let driverPhone: String?
    let sealNumber: String?

    /// - Throws: ``Refusal`` `validation_failed` that names every field that is wrong.
    init(vehicleNumber: String, driverName: String, driverPhone: String?, sealNumber: String?) throws(Refusal) {
        var problems: [FieldProblem] = []
        var vehicle = ""
        do throws(FieldProblem) {
            vehicle = try VehicleNumber(vehicleNumber).text
        } catch {
            problems.append(error)
        }
        self.vehicleNumber = vehicle
        self.driverName = FreeText.trimmed(driverName)
        self.driverPhone = driverPhone.map(ScannedText.tidied).flatMap { $0.isEmpty ? nil : $0 }
        self.sealNumber = sealNumber.map(FreeText.trimmed).flatMap { $0.isEmpty ? nil : $0 }
        if let problem = FieldProblem.length(of: self.driverName, in: 2...100, field: "driver_name") {
            problems.append(problem)
        }
        if let phone = self.driverPhone, !Departure.isPhone(phone) {
            problems.append(.invalid("driver_phone", "Enter the number with its country, such as +919812345678."))
        }
        if let seal = self.sealNumber, let problem = FieldProblem.length(of: seal, in: 1...40, field: "seal_number") {
            problems.append(problem)
        }
        guard problems.isEmpty else { throw .validation(problems) }
    }

    /// Whether `text` matches `^\+[1-9][0-9]{7,14}$`.
    private static func isPhone(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (9...16).contains(bytes.count), bytes[0] == 0x2B, (0x31...0x39).contains(bytes[1]) else { return false }
        return bytes.dropFirst().allSatisfy(ASCII.isDigit)
    }
}
