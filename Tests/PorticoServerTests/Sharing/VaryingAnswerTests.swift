import PorticoCache
import PorticoHTTP
import Testing

/// Answers for everybody that differ by what a client accepts.
@Suite(.timeLimit(.minutes(10))) struct VaryingAnswerTests {
    private static let languages = VaryingHeader.languages("en", "de")

    private func route(_ count: Count, _ varying: [VaryingHeader] = [VaryingAnswerTests.languages]) -> Route {
        .raw(
            .get, "/say", "say", "Says it", access: .anonymous, limit: .unlimited,
            cache: .shared(SharedCaching(seconds: 60, varying: varying)), mediaType: "text/plain"
        ) { (context: RequestContext, _: NoInput) in
            let headers = context.request.head.headers
            let heard = varying.map { headers[$0.name] ?? "nothing" }.joined(separator: " ")
            let who = headers["cookie"] ?? "nobody"
            return .text("\(heard) \(count.next()) \(who)" + String(repeating: ".", count: 2000))
        }
    }

    @Test("each declared value is one copy, and whatever else is said gets one of them")
    func variants() async throws {
        let count = Count()
        try await SharingServer.run([route(count)]) { server in
            let client = try await RawClient.connect(to: server.port)
            let cases = [
                ("", "en 1"), ("Accept-Language: de-CH, fr;q=0.4\r\n", "de 2"), ("Accept-Language: DE\r\n", "de 2"),
                ("Accept-Language: fr\r\n", "en 1"), ("Accept-Language: fr\r\nAccept-Language: de\r\n", "de 2"),
                ("Accept-Language: \(String(repeating: "de,", count: 200))\r\n", "en 1"),
                ("Accept-Language: de;q=0.1, en\r\nCookie: who=a\r\n", "en 1"),
            ]
            for (fields, start) in cases {
                try await client.send(get("/open/say", fields))
                let answer = try await client.answer()
                #expect(answer.body.hasPrefix("\(start) nobody"), "\(fields)")
                let varied = answer.fields.filter { $0.name == "vary" }.map(\.value)
                #expect(Set(varied) == ["accept-language", "accept-encoding"])
            }
            for number in 0..<50 {
                try await client.send(get("/open/say", "Accept-Language: x\(number), de;q=0.\(number % 2)\r\n"))
                #expect(try await client.answer().status == 200)
            }
            #expect(count.value == 2 && server.caches.statistics.first?.local.entries == 2)
            await client.close()
        }
    }

    @Test("a tag is that of its own variant, and answers that do not vary stay in order with those that do")
    func tags() async throws {
        let count = Count()
        try await SharingServer.run([route(count), SharingServer.page(Count())]) { server in
            let client = try await RawClient.connect(to: server.port)
            let german = "Accept-Language: de\r\n"
            try await client.send(get("/open/say", german))
            let tag = try #require(try await client.answer()["etag"])
            for (fields, status) in [(german, 304), ("", 200)] {
                try await client.send(get("/open/say", "\(fields)If-None-Match: \(tag)\r\n"))
                #expect(try await client.answer().status == status)
            }
            let (say, page) = (get("/open/say", german), get("/open/page/x", german))
            try await client.send(page)
            #expect(try await client.answer().body.hasPrefix("x 1"))
            try await client.send(say + page + say + page + page + say)
            for start in ["de 1", "x 1", "de 1", "x 1", "x 1", "de 1"] {
                #expect(try await client.answer().body.hasPrefix(start))
            }
            await client.close()
        }
    }

    @Test("an address of which no copy is kept hears of a client no more than the others")
    func aliases() async throws {
        let count = Count()
        try await SharingServer.run([route(count)]) { server in
            let client = try await RawClient.connect(to: server.port)
            try await client.send(get("/open/say?n=1", "Accept-Language: x, de-CH\r\nCookie: who=a\r\n"))
            #expect(try await client.answer().body.hasPrefix("de 1 nobody"))
            #expect(server.caches.statistics.first?.local.entries == 0)
            await client.close()
        }
    }

    @Test("several fields make a copy for each combination")
    func combinations() async throws {
        let count = Count()
        let varying = [Self.languages, VaryingHeader.field("Save-Data", oneOf: "off", "on")]
        try await SharingServer.run([route(count, varying)]) { server in
            let client = try await RawClient.connect(to: server.port)
            let cases = [
                ("", "en off"), ("Save-Data: ON\r\n", "en on"), ("Save-Data: on\r\nAccept-Language: de\r\n", "de on"),
                ("Accept-Language: de\r\nSave-Data: maybe\r\n", "de off"),
            ]
            for _ in 0..<2 {
                for (fields, start) in cases {
                    try await client.send(get("/open/say", fields))
                    #expect(try await client.answer().body.hasPrefix(start))
                }
            }
            #expect(count.value == 4)
            await client.close()
        }
    }

    @Test(
        "a site is not made that would vary by who asks, by too much or by nothing",
        arguments: [
            [VaryingHeader.field("Cookie", oneOf: "a")], [.field("Authorization", oneOf: "a")],
            [.field("Accept-Encoding", oneOf: "br")], [.field("X-Tenant")], [.languages("en", "EN")],
            [.languages("en"), .languages("de")], [.field("X-A", oneOf: "a b")], [.field("X A", oneOf: "a")],
            [
                .field("X-A", oneOf: "1", "2", "3", "4", "5", "6"), .field("X-B", oneOf: "1", "2", "3", "4", "5", "6"),
            ],
        ] as [[VaryingHeader]])
    func refused(varying: [VaryingHeader]) {
        let mount = Mount(id: "open", prefix: "/open", title: "Open", routes: [route(Count(), varying)])
        #expect(throws: (any Error).self) { try SharingServer.site([mount]) }
    }

    @Test(
        "the language is the one that is liked best",
        arguments: [
            ("de", "de"), ("en;q=0.5, de;q=0.9", "de"), ("de-AT-1996", "de"), ("pt", "pt-BR"), ("*", "en"),
            ("en;q=0, *", "de"), ("fr, *;q=0.1", "en"), ("de;q=0, de-CH", "en"), ("de;q=2", "en"), ("de;q=x", "en"),
            (";;,,", "en"), ("de;q=1.000, pt;q=0.999", "de"), ("pt, de", "pt-BR"), (" de\t; q=0.8", "de"),
            ("DE-de", "de"), ("d", "en"), ("pt-BR, pt;q=0", "pt-BR"), ("pt;q=0, pt-BR;q=0.1", "pt-BR"),
            ("pt, pt-BR;q=0", "en"), ("de-AT, de;q=0", "en"), ("de, de-AT;q=0", "de"), ("pt-BR, pt-BR;q=0", "en"),
        ])
    func languages(header: String, language: String) {
        let languages = VaryingHeader.languages("en", "de", "pt-BR")
        let chosen = languages.chosen(by: ["accept-language": header])
        #expect(chosen == language)
        #expect(languages.chosen(by: ["accept-language": chosen]) == chosen)
    }
}
