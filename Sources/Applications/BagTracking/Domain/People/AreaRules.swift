/// Who sees what of which area (rule R9). `userArea` is the area a user is bound to, nil for users of all areas.
enum AreaRules {
    /// Whether what belongs to `area` is visible to the user.
    static func sees(_ area: String, userArea: String?) -> Bool {
        userArea == nil || userArea == area
    }

    /// Refuses an `area_code` in a body that is not the user's own.
    static func checkBody(area: String?, userArea: String?) throws(Refusal) {
        guard let area, let userArea, area != userArea else { return }
        throw .forbidden("You work in another area than the one you named.")
    }

    /// The area of a scan itself: that of the sack, bill or ticket it concerns when the user sees it, else the
    /// user's, else none.
    static func scanArea(concerned: String?, userArea: String?) -> String? {
        if let concerned, sees(concerned, userArea: userArea) { return concerned }
        return userArea
    }
}
