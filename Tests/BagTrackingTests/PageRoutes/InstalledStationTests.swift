import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Pages that are installed on a phone, and the camera that they may use.
@Suite struct InstalledStationTests {
    @Test("stations and gates lead to a manifest that a phone can install", arguments: ["packing", "gate"])
    func manifest(name: String) async throws {
        try await withApp { app in
            // Browsers ask without cookies.
            let stranger = app.stranger()
            let answer = await stranger.get("/bags/\(name).webmanifest")
            #expect(answer.status == 200 && answer[header: "content-type"] == "application/manifest+json")
            let manifest = answer.json
            let start = name == "gate" ? "/bags/gate" : "/bags/scan"
            #expect(manifest["start_url"]?.string == start && manifest["id"]?.string == start)
            #expect(manifest["scope"] == "/bags/" && manifest["display"] == "standalone")
            #expect(manifest["name"]?.string?.isEmpty == false && manifest["short_name"]?.string?.isEmpty == false)
            let icons = manifest["icons"]?.elements ?? []
            #expect(Set(icons.compactMap { $0["purpose"]?.string }) == ["any", "maskable"])
            for icon in icons {
                #expect(icon["type"] == "image/svg+xml" && icon["sizes"] == "any")
                let drawing = await stranger.get(try #require(icon["src"]?.string))
                #expect(drawing.status == 200 && drawing[header: "content-type"] == "image/svg+xml; charset=utf-8")
                #expect(drawing.text.hasPrefix("<svg xmlns=") && drawing.text.hasSuffix("</svg>"))
            }
            let tag = try #require(answer[header: "etag"])
            #expect(await stranger.get("/bags/\(name).webmanifest", ["if-none-match": tag]).status == 304)
            let person = try await app.client(name == "gate" ? "gatekeeper" : "dispatcher")
            #expect(await person.get(start).text.contains("<link rel=\"manifest\" href=\"/bags/\(name).webmanifest\">"))
            #expect(await person.get("/bags/").text.contains("rel=\"manifest\"") == false)
        }
    }

    @Test("bills and gates may use the camera, also when a form comes back with what is wrong, and lists may not")
    func camera() async throws {
        try await withApp { app in
            let (biller, gate) = (try await app.client("biller"), try await app.client("gatekeeper"))
            let packer = try await app.client("dispatcher")
            let api = "/bags/api/v1"
            _ = await packer.post("\(api)/scans/parent", ["code": "SB61001"])
            _ = await packer.post("\(api)/scans/child", ["parent": "SB61001", "code": "4100001"])
            let made = await biller.post("\(api)/bills", ["code": "LKO 1", "capacity": 1, "area_code": "lucknow"])
            let id = try #require(made.json["id"]?.string)
            func mayUse(_ answer: TestAnswer) -> Bool {
                answer[header: "permissions-policy"]?.contains("camera=(self)") == true
            }
            let bill = await biller.get("/bags/bills/\(id)")
            #expect(bill.status == 200 && mayUse(bill))
            let refused = await biller.submit("/bags/bills/\(id)/parents", ["code": "SB99999"], from: bill)
            #expect(refused.status >= 400 && mayUse(refused), "\(refused.status)")
            #expect(await biller.post("\(api)/bills/\(id)/parents", ["code": "SB61001"]).status == 201)
            #expect(await biller.post("\(api)/bills/\(id)/complete").status == 200)
            #expect(await gate.post("\(api)/bills/\(id)/gate-check").status == 201)
            let check = await gate.get("/bags/bills/\(id)/gate")
            #expect(check.status == 200 && mayUse(check))
            for path in ["/bags/bills", "/bags/bags", "/bags/", "/bags/bills/\(id)/sheet"] {
                let page = await biller.get(path)
                #expect(page.status == 200 && !mayUse(page), "\(path)")
            }
        }
    }
}
