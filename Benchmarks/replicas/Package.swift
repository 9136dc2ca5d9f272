// swift-tools-version:6.2
import PackageDescription

// Only what the SQL engines need, so that it is built in a minute. `run` puts this beside links to Sources and Bench.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func platform(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/Platform/\(name)", exclude: ["README.md"],
        swiftSettings: settings)
}

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "replicas-benchmark",
    dependencies: [.package(url: "https://github.com/apple/swift-log", from: "1.16.2")],
    targets: [
        .systemLibrary(name: "CLibPQ", path: "Sources/C/CLibPQ", pkgConfig: "libpq"),
        .systemLibrary(name: "CSodium", path: "Sources/C/CSodium", pkgConfig: "libsodium"),
        platform("PorticoValues", ["CSodium"]),
        platform("PorticoTelemetry", ["PorticoValues", logging]),
        platform("PorticoSQL", ["PorticoValues", "PorticoTelemetry", logging]),
        platform("PorticoPostgreSQL", ["PorticoValues", "PorticoTelemetry", "PorticoSQL", "CLibPQ"]),
        .executableTarget(
            name: "Bench",
            dependencies: ["PorticoSQL", "PorticoPostgreSQL", "PorticoTelemetry", "PorticoValues", logging],
            path: "Bench", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
