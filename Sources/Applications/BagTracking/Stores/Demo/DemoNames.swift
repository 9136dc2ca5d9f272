import Portico

/// Names as one meets them in the warehouses of a demonstration.
enum DemoNames {
    /// An area with its share of the work in a hundred, the letters and district of its vehicles, and towns nearby.
    struct Town: Sendable {
        let code: String
        let weight: Int
        let vehicles: [String]
        let destinations: [String]
    }

    static let towns = [
        Town(code: "lucknow", weight: 22, vehicles: ["UP32", "UP78"], destinations: ["Kanpur", "Sitapur", "Hardoi"]),
        Town(code: "indore", weight: 16, vehicles: ["MP09", "MP04"], destinations: ["Ujjain", "Dewas", "Khargone"]),
        Town(code: "jaipur", weight: 14, vehicles: ["RJ14", "RJ45"], destinations: ["Ajmer", "Tonk", "Alwar"]),
        Town(code: "hisar", weight: 12, vehicles: ["HR20", "HR39"], destinations: ["Sirsa", "Fatehabad", "Bhiwani"]),
        Town(code: "sri_ganganagar", weight: 10, vehicles: ["RJ13"], destinations: ["Suratgarh", "Anupgarh"]),
        Town(code: "sangaria", weight: 8, vehicles: ["RJ31"], destinations: ["Hanumangarh", "Pilibanga"]),
        Town(code: "bathinda", weight: 7, vehicles: ["PB03"], destinations: ["Mansa", "Muktsar"]),
        Town(code: "raipur", weight: 5, vehicles: ["CG04"], destinations: ["Durg", "Bilaspur"]),
        Town(code: "ranchi", weight: 4, vehicles: ["JH01"], destinations: ["Hazaribagh", "Khunti"]),
        Town(code: "akola", weight: 2, vehicles: ["MH30"], destinations: ["Washim", "Buldhana"]),
    ]

    static let consignees = [
        "Kisan Seva Kendra", "Annapurna Seeds", "Hariyali Agro Traders", "Shree Balaji Krishi Bhandar",
        "Gramin Beej Bhandar", "Jai Kisan Agencies", "Dharti Agro Centre", "Navjeevan Krishi Seva",
    ]

    static let holds = ["Seams open", "Moisture to be checked", "Label unreadable", "Waiting for the test report"]

    private static let first = [
        "Asha", "Ravi", "Meena", "Suresh", "Kavita", "Imran", "Sunita", "Harpreet", "Deepak", "Lakshmi", "Arjun",
        "Farida",
        "Mahesh", "Pooja", "Gurmeet", "Anil", "Rekha", "Sanjay", "Nisha", "Vikram",
    ]
    private static let last = [
        "Verma", "Sharma", "Yadav", "Singh", "Gupta", "Khan", "Patel", "Kaur", "Mishra", "Rathore", "Sahu", "Munda",
        "Deshmukh",
    ]

    /// The name of the person with a number; the first 260 differ.
    static func person(_ number: Int) -> String {
        "\(first[number % first.count]) \(last[number % last.count])"
    }
}
