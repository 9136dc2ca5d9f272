import PorticoTelemetry
import Testing

@Suite struct RequestMeasureTests {
    @Test("adds up statements, rows and time")
    func adds() {
        let measure = RequestMeasure()
        measure.record(statement: "a", nanoseconds: 100, rows: 3)
        measure.record(statement: "b", nanoseconds: 50, rows: 0)
        measure.record(statement: "b", nanoseconds: -1, rows: -1)
        let summary = measure.summary
        #expect(summary.statements == 3 && summary.rows == 3)
        #expect(summary.databaseNanoseconds == 150 && summary.repeated.isEmpty)
    }

    @Test("reports a statement that ran more than five times, once", arguments: [(5, 0), (6, 1), (40, 1)])
    func repeated(runs: Int, reports: Int) {
        let measure = RequestMeasure()
        for _ in 0..<runs { measure.record(statement: "item.by_id", nanoseconds: 1, rows: 1) }
        #expect(measure.summary.repeated.count == reports)
        #expect(measure.summary.repeated.allSatisfy { $0.name == "item.by_id" && $0.count == runs })
    }

    @Test("judges repetition in each of many equal parts by itself")
    func parts() {
        let measure = RequestMeasure()
        for part in 0..<10 {
            measure.beginPart()
            for _ in 0..<(part == 4 ? 7 : 3) { measure.record(statement: "item.by_id", nanoseconds: 1, rows: 1) }
        }
        #expect(measure.summary.statements == 34)
        #expect(measure.summary.repeated.map(\.name) == ["item.by_id"] && measure.summary.repeated[0].count == 7)
    }

    @Test("puts the most frequent repetition first")
    func ordered() {
        let measure = RequestMeasure()
        for (name, runs) in [("x", 6), ("b", 9), ("a", 9)] {
            for _ in 0..<runs { measure.record(statement: name, nanoseconds: 1, rows: 0) }
        }
        #expect(measure.summary.repeated.map(\.name) == ["a", "b", "x"])
    }

    @Test("travels with the task and not with a detached one")
    func taskLocal() async {
        #expect(RequestMeasure.current == nil)
        let measure = RequestMeasure()
        await RequestMeasure.$current.withValue(measure) {
            #expect(RequestMeasure.current === measure)
            async let child: Void = record()
            await child
            let isVisible = await Task.detached { RequestMeasure.current != nil }.value
            #expect(!isVisible)
        }
        #expect(measure.summary.statements == 1)
    }

    @Test("counts from many threads, and bounds the names it remembers")
    func concurrent() async {
        let measure = RequestMeasure()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for step in 0..<100 {
                        measure.record(statement: "\(task)-\(step)", nanoseconds: 1, rows: 1)
                    }
                }
            }
        }
        #expect(measure.summary.statements == 800 && measure.summary.rows == 800)
    }

    private func record() async {
        RequestMeasure.current?.record(statement: "a", nanoseconds: 1, rows: 1)
    }
}
