import PorticoTelemetry
import Synchronization
import Testing

@Suite struct ObservedMetricsTests {
    private func text(_ registry: MetricsRegistry) -> String {
        String(decoding: registry.prometheusText(), as: UTF8.self)
    }

    @Test("reads a gauge anew at each scrape")
    func readAtScrape() {
        let registry = MetricsRegistry()
        let box = AtomicBox()
        registry.observe(gauge: "depth", help: "Depth.") { Double(box.next()) }
        #expect(text(registry).contains("depth 1\n"))
        #expect(text(registry).contains("depth 2\n"))
    }

    @Test("writes the samples of several readers of one name as one family, the later of two equal ones")
    func severalReaders() {
        let registry = MetricsRegistry()
        registry.observe(gauge: "pool_in_use", help: "In use.", labels: ["pool"]) {
            [(labels: ["b"], value: 1), (labels: ["a"], value: 2)]
        }
        registry.observe(gauge: "pool_in_use", help: "In use.", labels: ["pool"]) { [(["b"], 3), (["x", "y"], 9)] }
        let text = text(registry)
        #expect(text.contains("pool_in_use{pool=\"a\"} 2\npool_in_use{pool=\"b\"} 3\n"))
        #expect(text.components(of: "# TYPE pool_in_use ") == 1)
        #expect(!text.contains("9"))
    }

    @Test("sums readings beyond the bound into _other_")
    func bounded() {
        let registry = MetricsRegistry(maximumLabelSets: 1)
        registry.observe(counter: "reads_total", help: "Reads.", labels: ["n"]) { (1...3).map { (["\($0)"], 1) } }
        let text = text(registry)
        #expect(text.contains("reads_total{n=\"1\"} 1\nreads_total{n=\"_other_\"} 2\n"))
    }

    @Test("a reader may register metrics itself")
    func reentrant() {
        let registry = MetricsRegistry()
        registry.observe(gauge: "outer", help: "Outer.") { [registry] in
            registry.counter("inner_total", help: "Inner.").increment()
            return 1
        }
        _ = registry.prometheusText()
        #expect(text(registry).contains("inner_total "))
    }
}

private final class AtomicBox: Sendable {
    private let number = Atomic<Int>(0)

    func next() -> Int {
        number.wrappingAdd(1, ordering: .relaxed).newValue
    }
}
