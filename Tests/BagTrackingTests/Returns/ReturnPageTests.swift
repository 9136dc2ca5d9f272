import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The pages of the return point, without script.
@Suite struct ReturnPageTests {
    @Test("a ticket is opened by the form, and cancelled by its button", arguments: TestEngine.available)
    func flow(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let biller = try await app.client("biller")
            let empty = await biller.get("/bags/returns")
            #expect(empty.status == 200 && empty.text.contains("No return tickets yet"))
            let made = await biller.submit(
                "/bags/returns", ["area_code": "lucknow", "location": "Gate <B>", "consignee": "", "notes": ""],
                from: empty)
            #expect(made.status == 303)
            let address = try #require(made[header: "location"])
            let page = await biller.get(address)
            #expect(page.text.contains("No sack yet: scan the first") && page.text.contains("Gate &lt;B&gt;"))
            #expect(page[header: "permissions-policy"]?.contains("camera=(self)") == true)
            let refused = await biller.submit(
                "\(address)/scans", ["code": "SB99999", "condition": "wet", "client_scan_id": "form-0001"], from: page)
            #expect(refused.status == 404 && refused.text.contains("role=\"alert\""))
            #expect(refused.text.contains("value=\"SB99999\"") && refused.text.contains("value=\"wet\" selected"))
            let early = await biller.submit("\(address)/commit", [:], from: page)
            #expect(early.status == 409 && early.text.contains("has no sack yet"))
            let done = await biller.submit("\(address)/cancel", [:], from: page)
            #expect(done.status == 303)
            let closed = await biller.get(address)
            #expect(closed.text.contains("Cancelled") && !closed.text.contains("scan-form"))
            let list = await biller.get("/bags/returns?state=cancelled")
            #expect(list.text.contains("RTN-20261121-"))
            #expect(await biller.get("/bags/returns?state=lost").status == 422)
        }
    }

    @Test(
        "a form that is wrong comes back with what was typed",
        arguments: [
            ("area_code", ""), ("area_code", "nowhere"), ("location", "x"),
        ])
    func wrong(field: String, typed: String) async throws {
        try await withApp { app in
            let biller = try await app.client("biller")
            var fields = ["area_code": "lucknow", "location": "Depot", "consignee": "Kisan & Co", "notes": ""]
            fields[field] = typed
            let answer = await biller.submit(
                "/bags/returns",
                [
                    "area_code": fields["area_code"] ?? "", "location": fields["location"] ?? "",
                    "consignee": "Kisan & Co", "notes": "",
                ])
            #expect(answer.status == 422)
            #expect(answer.text.contains("Kisan &amp; Co") && answer.text.contains("There is a problem"))
        }
    }

    @Test("a ticket's code is found by the box for any code; nobody without the permission gets in")
    func finds() async throws {
        try await withApp { app in
            let biller = try await app.client("biller")
            let made = await biller.post("/bags/api/v1/returns", ["area_code": "lucknow", "location": "Depot"])
            let code = try #require(made.json["code"]?.string)
            let found = await biller.get("/bags/find?code=\(code.lowercased())")
            #expect(found.status == 200 && found.text.contains("Open the ticket"))
            let resolved = await biller.get("/bags/api/v1/resolve?code=\(code)")
            #expect(resolved.json["type"] == "return_ticket" && resolved.json["code"]?.string == code)
            let gate = try await app.client("gatekeeper")
            #expect(await gate.get("/bags/returns").status == 403)
        }
    }

    @Test("the recent scans of a ticket are its own, whoever made them", arguments: TestEngine.available)
    func recentScans(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (biller, admin) = (try await app.client("biller"), try await app.client("admin"))
            var ids: [String] = []
            for place in ["Depot", "Ramp"] {
                let made = await biller.post(
                    "/bags/api/v1/returns", ["area_code": "lucknow", "location": .string(place)])
                ids.append(try #require(made.json["id"]?.string))
            }
            _ = await admin.post("/bags/api/v1/returns/\(ids[0])/scans", ["code": "SB77701"])
            _ = await biller.post("/bags/api/v1/returns/\(ids[1])/scans", ["code": "SB77702"])
            let page = await biller.get("/bags/returns/\(ids[0])").text
            #expect(page.contains("SB77701") && !page.contains("SB77702"))
        }
    }
}
