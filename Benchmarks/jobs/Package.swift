// swift-tools-version:6.2
import PackageDescription

// Only what the jobs need, so that it is built in a few minutes. `run` puts this beside links to Sources, Plugins and Bench.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func system(_ name: String, _ pkgConfig: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig)
}

func platform(_ name: String, _ dependencies: [Target.Dependency], assets: Bool = false) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/Platform/\(name)",
        exclude: assets ? ["README.md", "Assets"] : ["README.md"], swiftSettings: settings,
        plugins: assets ? ["EmbedAssets"] : [])
}

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "jobs-benchmark",
    dependencies: [.package(url: "https://github.com/apple/swift-log", from: "1.16.2")],
    targets: [
        .plugin(name: "EmbedAssets", capability: .buildTool()),

        system("CBrotli", "libbrotlienc"),
        system("CCurl", "libcurl"),
        system("CLibPQ", "libpq"),
        system("CQRencode", "libqrencode"),
        system("CSodium", "libsodium"),
        system("CSQLite", "sqlite3"),
        system("CZlib", "zlib"),
        system("CZstd", "libzstd"),

        platform("PorticoValues", ["CSodium"]),
        platform("PorticoJSON", ["PorticoValues"]),
        platform("PorticoTelemetry", ["PorticoValues", logging]),
        platform("PorticoLimits", ["PorticoValues"]),
        platform("PorticoOutbound", ["PorticoValues", "PorticoTelemetry", "PorticoLimits", "CCurl"]),
        platform("PorticoSQL", ["PorticoValues", "PorticoTelemetry", logging]),
        platform("PorticoSQLite", ["PorticoValues", "PorticoTelemetry", "PorticoSQL", "CSQLite"]),
        platform("PorticoPostgreSQL", ["PorticoValues", "PorticoTelemetry", "PorticoSQL", "CLibPQ"]),
        platform("PorticoPages", ["PorticoValues", "CQRencode"], assets: true),
        platform(
            "PorticoHTTP",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoLimits", "PorticoSQL", "PorticoPages",
                logging, "CBrotli", "CZlib", "CZstd",
            ]),
        platform("PorticoEvents", ["PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoSQL", logging]),
        platform(
            "PorticoJobs",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoLimits", "PorticoOutbound", "PorticoSQL",
                "PorticoPages", "PorticoHTTP", "PorticoEvents", logging, "CCurl",
            ]),
        .executableTarget(
            name: "Bench",
            dependencies: [
                "PorticoJobs", "PorticoJSON", "PorticoSQL", "PorticoSQLite", "PorticoPostgreSQL", "PorticoTelemetry",
                "PorticoValues", logging,
            ],
            path: "Bench", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
