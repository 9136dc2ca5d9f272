// swift-tools-version:6.2
import PackageDescription

// One manifest, read top to bottom like ARCHITECTURE: C libraries, platform modules in import order,
// applications, the command. `scripts/check-borders` proves that the imports follow this order.

let settings: [SwiftSetting] = [
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func system(_ name: String, pkgConfig: String?, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func platform(_ name: String, _ dependencies: [Target.Dependency], assets: Bool = false) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/Platform/\(name)",
        exclude: assets ? ["README.md", "Assets"] : ["README.md"], swiftSettings: settings,
        plugins: assets ? ["EmbedAssets"] : [])
}

func application(_ name: String) -> Target {
    .target(
        name: name, dependencies: ["Portico"], path: "Sources/Applications/\(name)", exclude: ["README.md", "Assets"],
        swiftSettings: settings, plugins: ["EmbedAssets"])
}

func tests(_ name: String, of dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: settings)
}

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "portico",
    products: [
        .executable(name: "portico", targets: ["PorticoCommand"]),
        .library(name: "Portico", targets: ["Portico"]),
        .library(name: "PorticoTesting", targets: ["PorticoTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .plugin(name: "EmbedAssets", capability: .buildTool()),

        system("CBrotli", pkgConfig: "libbrotlienc", apt: "libbrotli-dev"),
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        system("CExpat", pkgConfig: "expat", apt: "libexpat1-dev"),
        system("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
        system("CQRencode", pkgConfig: "libqrencode", apt: "libqrencode-dev"),
        system("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        // Only the thread sanitizer has a use for it.
        .target(name: "CMutexEdges", path: "Sources/C/CMutexEdges"),

        platform("PorticoValues", ["CSodium"]),
        platform("PorticoJSON", ["PorticoValues"]),
        platform("PorticoTables", ["PorticoValues", "PorticoJSON", "CExpat", "CZlib"]),
        platform("PorticoTelemetry", ["PorticoValues", logging]),
        platform("PorticoLimits", ["PorticoValues"]),
        platform("PorticoOutbound", ["PorticoValues", "PorticoTelemetry", "PorticoLimits", "CCurl"]),
        platform("PorticoCache", ["PorticoValues", "PorticoTelemetry", "PorticoLimits", "CZlib"]),
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
        platform(
            "PorticoIdentity",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoLimits", "PorticoSQL", "PorticoPages",
                "PorticoHTTP", logging, "CSodium",
            ]),
        platform("PorticoEvents", ["PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoSQL", logging]),
        platform(
            "PorticoRedis",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoLimits", "PorticoCache", "PorticoEvents",
                nioCore, nioPosix, logging,
            ]),
        platform(
            "PorticoJobs",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoLimits", "PorticoOutbound", "PorticoSQL",
                "PorticoPages", "PorticoHTTP", "PorticoEvents", logging, "CCurl",
            ]),
        platform(
            "PorticoWebhooks",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoLimits", "PorticoOutbound", "PorticoSQL",
                "PorticoHTTP", "PorticoIdentity", "PorticoEvents", "PorticoJobs",
            ]),
        platform(
            "PorticoRealtime",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoRedis", "PorticoHTTP", "PorticoEvents",
                "CZlib",
            ]),
        platform(
            "PorticoServer",
            [
                "PorticoValues", "PorticoTelemetry", "PorticoLimits", "PorticoCache", "PorticoHTTP", nioCore, nioPosix,
                nioHTTP1,
            ]),
        platform(
            "PorticoOperations",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoLimits", "PorticoCache", "PorticoSQL",
                "PorticoPages", "PorticoHTTP", "PorticoIdentity", "PorticoEvents", "PorticoJobs",
            ]),
        platform(
            "Portico",
            [
                "PorticoValues", "PorticoJSON", "PorticoTables", "PorticoTelemetry", "PorticoLimits", "PorticoCache",
                "PorticoRedis", "PorticoSQL",
                "PorticoSQLite", "PorticoPostgreSQL", "PorticoPages", "PorticoHTTP", "PorticoIdentity", "PorticoEvents",
                "PorticoJobs", "PorticoOutbound", "PorticoWebhooks", "PorticoRealtime", "PorticoServer",
                "PorticoOperations", .product(name: "Yams", package: "Yams"), logging,
            ]),
        platform(
            "PorticoTesting",
            [
                "Portico", "PorticoSQLite", "PorticoPostgreSQL", "PorticoHTTP", "PorticoJSON", "PorticoSQL",
                "PorticoValues", "CMutexEdges", logging,
            ]),

        // Measures a server that runs; nothing but the command knows it.
        platform("PorticoBench", ["PorticoValues", "PorticoJSON", nioCore, nioPosix]),

        application("BagTracking"),

        .executableTarget(
            name: "PorticoCommand", dependencies: ["Portico", "PorticoBench", "BagTracking", argumentParser, logging],
            path: "Sources/PorticoCommand", exclude: ["README.md"], swiftSettings: settings),

        tests("PorticoValuesTests", of: ["PorticoValues", "PorticoTesting"]),
        tests("PorticoJSONTests", of: ["PorticoJSON"]),
        tests("PorticoTablesTests", of: ["PorticoTables", "PorticoJSON", "PorticoValues"]),
        tests("PorticoTelemetryTests", of: ["PorticoValues", "PorticoTelemetry", logging]),
        tests("PorticoLimitsTests", of: ["PorticoLimits", "PorticoValues"]),
        tests(
            "PorticoOutboundTests",
            of: [
                "PorticoOutbound", "PorticoLimits", "PorticoTelemetry", "PorticoValues", "PorticoSQL", "PorticoTesting",
            ]),
        tests("PorticoCacheTests", of: ["PorticoCache", "PorticoTelemetry", "PorticoValues"]),
        tests(
            "PorticoRedisTests",
            of: [
                "PorticoRedis", "PorticoCache", "PorticoEvents", "PorticoJSON", "PorticoLimits", "PorticoSQL",
                "PorticoTelemetry", "PorticoValues", "PorticoTesting", nioCore, nioPosix, logging,
            ]),
        tests("PorticoSQLTests", of: ["PorticoSQL", "PorticoSQLite", "PorticoPostgreSQL", "PorticoTesting"]),
        tests("PorticoPagesTests", of: ["PorticoPages", "PorticoValues", "PorticoTesting"], exclude: ["Browser"]),
        tests(
            "PorticoHTTPTests",
            of: [
                "PorticoHTTP", "PorticoJSON", "PorticoLimits", "PorticoPages", "PorticoSQL", "PorticoTelemetry",
                "PorticoValues", logging, "CZlib", "CZstd",
            ]),
        tests("PorticoIdentityTests", of: ["PorticoIdentity", "PorticoTelemetry", "PorticoTesting", logging]),
        tests(
            "PorticoEventsTests",
            of: [
                "PorticoEvents", "PorticoRealtime", "PorticoHTTP", "PorticoJSON", "PorticoSQL", "PorticoTelemetry",
                "PorticoValues", "PorticoTesting", logging,
            ]),
        tests(
            "PorticoJobsTests",
            of: [
                "PorticoJobs", "PorticoEvents", "PorticoHTTP", "PorticoJSON", "PorticoLimits", "PorticoPages",
                "PorticoSQL", "PorticoTelemetry", "PorticoValues", "PorticoTesting", logging,
            ]),
        tests(
            "PorticoWebhooksTests",
            of: [
                "PorticoWebhooks", "PorticoOutbound", "PorticoHTTP", "PorticoIdentity", "PorticoJSON", "PorticoJobs",
                "PorticoEvents", "PorticoLimits", "PorticoPages", "PorticoSQL", "PorticoTelemetry", "PorticoValues",
                "PorticoTesting", logging,
            ]),
        tests(
            "PorticoRealtimeTests",
            of: [
                "PorticoRealtime", "PorticoRedis", "PorticoEvents", "PorticoHTTP", "PorticoJSON", "PorticoTelemetry",
                "PorticoValues",
            ]),
        tests(
            "PorticoServerTests",
            of: [
                "PorticoHTTP", "PorticoServer", "PorticoCache", "PorticoRealtime", "PorticoEvents", "PorticoJSON",
                "PorticoLimits", "PorticoPages", "PorticoTelemetry", "PorticoValues", nioCore, nioPosix, logging,
            ]),
        tests("PorticoTests", of: ["Portico", "PorticoTesting", logging]),
        tests("PorticoBenchTests", of: ["PorticoBench", "PorticoJSON", "PorticoValues", nioCore, nioPosix]),
        tests(
            "BagTrackingTests", of: ["BagTracking", "Portico", "PorticoServer", "PorticoTesting"], exclude: ["Browser"]),
        tests("IntegrationTests", of: ["Portico", "BagTracking", "PorticoRedis", "PorticoTesting", logging]),
    ],
    swiftLanguageModes: [.v6]
)
