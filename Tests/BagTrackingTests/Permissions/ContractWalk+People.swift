import Portico

/// Areas and products, the people, and what everybody does with the own account.
extension ContractWalk {
    static let catalogue: [Step] = [
        Step("addArea", .post, "areas", ["code": "delhi", "name": "Delhi"], status: 201),
        Step("getArea", .get, "areas/delhi"),
        Step("changeArea", .patch, "areas/delhi", ["name": "New Delhi"]),
        Step("listAreas", .get, "areas"),
        Step(
            "addProductType", .post, "product-types",
            [
                "code": "wheat", "name": "Wheat", "prefix": "WH", "digits": 6, "capacity": 20,
                "unit_weight_grams": 2000,
            ], status: 201),
        Step("getProductType", .get, "product-types/wheat"),
        Step("changeProductType", .patch, "product-types/wheat", ["is_active": false]),
        Step("listProductTypes", .get, "product-types"),
    ]

    /// The harness has made 1 a dispatcher and 2 one of Indore.
    static let people: [Step] = [
        Step(
            "addUser", .post, "users",
            [
                "email": "new@bags.demo", "name": "New", "role": "dispatcher", "area_code": "delhi",
                "password": newPassword,
            ], status: 201, keeps: ["person": "id"]),
        Step("getUser", .get, "users/{person}"),
        Step("changeUser", .patch, "users/{person}", ["name": "Other"]),
        Step("listUsers", .get, "users"),
        Step("deactivateUser", .delete, "users/{person}", status: 204),
        Step("reactivateUser", .post, "users/{person}/reactivate"),
        Step("eraseUser", .post, "users/{person}/erase"),
        Step("endUserSessions", .delete, "users/2/sessions", status: 204),
        Step(
            "invite", .post, "invitations",
            ["email": "guest@bags.demo", "name": "Guest", "role": "dispatcher", "area_code": "lucknow"], status: 201,
            keeps: ["invitation": "id"]),
        Step("listInvitations", .get, "invitations"),
        Step("getInvitation", .get, "invitations/{invitation}"),
        Step("resendInvitation", .post, "invitations/{invitation}/resend"),
        Step(
            "acceptInvitation", .post, "invitations/accept",
            ["token": "{token}", "name": "Guest of honour", "password": newPassword], status: 201, by: "stranger",
            after: { try await $0.keepToken(mailedTo: "guest@bags.demo") }),
        Step("getUser", .get, "users/{invitation}"),
        Step(
            "invite", .post, "invitations", ["email": "other@bags.demo", "name": "Other", "role": "biller"],
            status: 201, keeps: ["invitation": "id"]),
        Step("withdrawInvitation", .delete, "invitations/{invitation}", status: 204),
    ]

    static let account: [Step] = [
        Step(
            "signIn", .post, "session", ["email": "gatekeeper@bags.demo", "password": password], status: 201,
            by: "stranger"),
        Step("signOut", .delete, "session", status: 204, by: "gatekeeper"),
        Step(
            "issueTokens", .post, "tokens", ["email": "gatekeeper@bags.demo", "password": password], status: 201,
            by: "stranger", keeps: ["refresh": "refresh_token"]),
        Step(
            "refreshTokens", .post, "tokens/refresh", ["refresh_token": "{refresh}"], by: "stranger",
            keeps: ["refresh": "refresh_token"]),
        Step("revokeTokens", .delete, "tokens", ["refresh_token": "{refresh}"], status: 204, by: "stranger"),
        Step("listOwnSessions", .get, "sessions", by: "dispatcher.indore", keeps: ["session": "items.0.id"]),
        Step("endOwnSession", .delete, "sessions/{session}", status: 204, by: "dispatcher.indore"),
        Step("secondFactor", .get, "second-factor", by: "biller"),
        Step("enrolSecondFactor", .post, "second-factor", ["password": password], status: 201, by: "biller"),
        Step(
            "confirmSecondFactor", .post, "second-factor/confirm", ["code": "{code}"], by: "biller",
            keeps: ["recovery": "recovery_codes.0"], after: { try await $0.keepCode() }),
        Step("secondFactor", .get, "second-factor", by: "biller"),
        Step(
            "renewRecoveryCodes", .post, "second-factor/recovery-codes",
            ["password": password, "code": "{recovery}"], by: "biller", keeps: ["recovery": "recovery_codes.0"]),
        Step(
            "disableSecondFactor", .post, "second-factor/disable", ["password": password, "code": "{recovery}"],
            status: 204, by: "biller"),
        Step(
            "addPhone", .post, "phone", ["number": "+91 98123 45678", "password": password], status: 201,
            by: "dispatcher"),
        Step(
            "confirmPhone", .post, "phone/confirm", ["code": "{code}"], by: "dispatcher",
            after: { try await $0.keepTextedCode() }),
        Step("phone", .get, "phone", by: "dispatcher"),
        Step("removePhone", .delete, "phone", ["password": password], status: 204, by: "dispatcher"),
        Step("endOtherSessions", .delete, "sessions", status: 204, by: "biller"),
        Step(
            "changeOwnPassword", .post, "password", ["current_password": password, "new_password": newPassword],
            status: 204, by: "biller"),
        Step(
            "createAPIKey", .post, "api-keys", ["name": "Scale", "scope": "bag.read", "password": password],
            status: 201, keeps: ["api_key": "id"]),
        Step("listAPIKeys", .get, "api-keys"),
        Step("getAPIKey", .get, "api-keys/{api_key}"),
        Step("revokeAPIKey", .delete, "api-keys/{api_key}", status: 204),
    ]

    /// What is lost is given anew, and in the end everybody has to go.
    static let farewell: [Step] = [
        Step("enrolSecondFactor", .post, "second-factor", ["password": password], status: 201, by: "dispatcher"),
        Step(
            "confirmSecondFactor", .post, "second-factor/confirm", ["code": "{code}"], by: "dispatcher",
            after: { try await $0.keepCode() }),
        Step("removeUserSecondFactor", .delete, "users/1/second-factor", status: 204),
        Step(
            "requestPasswordReset", .post, "password-reset", ["email": "dispatcher@bags.demo"], status: 202,
            by: "stranger"),
        Step(
            "confirmPasswordReset", .post, "password-reset/confirm", ["token": "{token}", "password": newPassword],
            status: 204, by: "stranger", after: { try await $0.keepToken(mailedTo: "dispatcher@bags.demo") }),
        Step(
            "requestSignInLink", .post, "sign-in-link", ["email": "gatekeeper@bags.demo"], status: 202, by: "stranger"),
        Step(
            "confirmSignInLink", .post, "sign-in-link/confirm", ["token": "{token}"], status: 201, by: "stranger",
            after: { try await $0.keepToken(mailedTo: "gatekeeper@bags.demo") }),
        Step(
            "requestEmailChange", .post, "email-change", ["email": "billing@bags.demo", "password": newPassword],
            status: 202, by: "biller"),
        Step(
            "confirmEmailChange", .post, "email-change/confirm", ["token": "{token}"], status: 204, by: "stranger",
            after: { try await $0.keepToken(mailedTo: "billing@bags.demo") }),
        Step("listUsers", .get, "users"),
        Step("listAudit", .get, "audit?limit=200"),
        Step("verifyAudit", .get, "audit/verify"),
        Step("endAllSessions", .delete, "users/sessions", status: 204),
    ]

    private static let password = JSONValue.string(AppHarness.password)
    private static let newPassword: JSONValue = "Correct-horse-9"
}
