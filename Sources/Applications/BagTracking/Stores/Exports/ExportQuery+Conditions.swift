import Portico

/// Fields of a filter that have a value.
private func present(_ fields: KeyValuePairs<String, String?>) -> [(name: String, value: String)] {
    fields.compactMap { name, value in value.map { (name: name, value: $0) } }
}

extension BagExport {
    var conditions: [(name: String, value: String)] {
        present([
            "kind": filter.kind?.rawValue, "area_code": filter.areaCode, "product_type": filter.productType,
            "status": filter.status?.rawValue, "billed": filter.isBilled.map { "\($0)" },
            "hold": filter.isOnHold.map { "\($0)" }, "lot": filter.lot, "q": filter.search?.text,
            "created_from": filter.createdFrom?.rfc3339, "created_to": filter.createdTo?.rfc3339,
        ])
    }
}

extension ScanExport {
    var conditions: [(name: String, value: String)] {
        present([
            "user_id": filter.userID.map { "\($0)" }, "kind": filter.kind?.rawValue,
            "outcome": filter.outcome?.rawValue, "code": filter.code, "parent_code": filter.parentCode,
            "area_code": filter.areaCode, "from": filter.from?.rfc3339, "to": filter.to?.rfc3339,
        ])
    }
}

extension BillExport {
    var conditions: [(name: String, value: String)] {
        present([
            "state": filter.state, "area_code": filter.areaCode, "q": filter.prefix,
            "created_by": filter.createdBy.map { "\($0)" }, "from": filter.from?.rfc3339, "to": filter.to?.rfc3339,
        ])
    }
}
