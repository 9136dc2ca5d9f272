/// What the gatekeeper enters when the lorry goes (rule R28).
struct Departure: Sendable, Hashable {
    let vehicleNumber: String
    let driverName: String
    /// E.164; erased some months after the delivery.
    let driverPhone: String?
    let sealNumber: String?

    /// - Throws: ``Refusal`` `validation_failed` that names every field that is wrong.
    init(vehicleNumber: String, driverName: String, driverPhone: String?, sealNumber: String?) throws(Refusal) {
        let problems = Departure.problems(
            vehicleNumber: vehicleNumber, driverName: driverName, driverPhone: driverPhone, sealNumber: sealNumber)
        guard problems.isEmpty, let vehicle = try? VehicleNumber(vehicleNumber) else { throw .validation(problems) }
        self.vehicleNumber = vehicle.text
        self.driverName = FreeText.trimmed(driverName)
        self.driverPhone = Departure.phone(driverPhone)
        self.sealNumber = BillHeader.tidied(sealNumber)
    }

    /// Every member that breaks its rule; empty for what may be entered.
    static func problems(
        vehicleNumber: String, driverName: String, driverPhone: String?, sealNumber: String?
    ) -> [FieldProblem] {
        var problems: [FieldProblem] = []
        do throws(FieldProblem) {
            _ = try VehicleNumber(vehicleNumber)
        } catch {
            problems.append(error)
        }
        if let problem = FieldProblem.length(of: FreeText.trimmed(driverName), in: 2...100, field: "driver_name") {
            problems.append(problem)
        }
        if let phone = Departure.phone(driverPhone), !Departure.isPhone(phone) {
            problems.append(.invalid("driver_phone", "Enter the number with its country, such as +919812345678."))
        }
        if let seal = BillHeader.tidied(sealNumber),
            let problem = FieldProblem.length(of: seal, in: 1...40, field: "seal_number")
        {
            problems.append(problem)
        }
        return problems
    }

    /// A number as it was read, nil for none: a code and no free text.
    private static func phone(_ text: String?) -> String? {
        text.map(ScannedText.tidied).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether `text` matches `^\+[1-9][0-9]{7,14}$`.
    private static func isPhone(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (9...16).contains(bytes.count), bytes[0] == 0x2B, (0x31...0x39).contains(bytes[1]) else { return false }
        return bytes.dropFirst().allSatisfy(ASCII.isDigit)
    }
}
