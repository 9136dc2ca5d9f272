/// Passwords that attackers try first and that would otherwise be allowed or nearly so, in small letters.
///
/// Short all-letter ones are refused by length and classes anyway; the list therefore leans towards long and towards
/// decorated ones. Compared as a whole, without regard to case.
enum CommonPasswords {
    static func contains(_ folded: String) -> Bool {
        all.contains(folded)
    }

    static let all: Set<String> = Set(
        [bare, decorated, long].flatMap { text in text.split(whereSeparator: \.isWhitespace).map { String($0) } })

    private static let bare = """
        password password1 password12 password123 password1234 password12345 passw0rd passw0rd1 passw0rd123
        pa55word p@ssword p@ssw0rd p@ssword1 p@ssw0rd1 12345678 123456789 1234567890 12345678910 87654321 987654321
        0987654321 11111111 00000000 88888888 99999999 12341234 11223344 12121212 123123123 147258369 123654789
        789456123 qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 1q2w3e4r 1q2w3e4r5t 1qaz2wsx
        1qaz2wsx3edc zaq12wsx q1w2e3r4 q1w2e3r4t5 asdfghjk asdfghjkl asdf1234 zxcvbnm1 zxcvbnm123 abcd1234 abc12345
        abcdefgh abcdefg1 a1b2c3d4 aa123456 a1234567 a12345678 iloveyou iloveyou1 iloveyou2 sunshine sunshine1
        princess princess1 football football1 baseball baseball1 basketball superman superman1 batman123 starwars
        starwars1 pokemon1 pokemon123 michael1 jennifer jordan23 charlie1 trustno1 whatever welcome1 welcome12
        welcome123 letmein1 letmein12 letmein123 admin123 admin1234 admin12345 administrator changeme changeme1
        changeme123 default1 computer computer1 internet internet1 samsung1 master123 monkey123 dragon123 shadow123
        hello123 hello1234 freedom1 cheese123 summer12 winter12 secret123 secret12 mustang1 corvette maverick
        midnight password! password? password!! liverpool liverpool1 chelsea1 arsenal1 manchester barcelona
        realmadrid india123 india1234 krishna1 ganesha1 bismillah
        """

    private static let decorated = """
        password1! password1@ password1# password12! password12@ password123! password123@ password@1 password@12
        password@123 password@1234 password#1 password#123 password!1 password!123 password-1 password_1 passw0rd!
        passw0rd@ passw0rd1! passw0rd@1 passw0rd123! p@ssword1! p@ssword12 p@ssword123 p@ssword123! p@ssw0rd!
        p@ssw0rd1! p@ssw0rd12 p@ssw0rd123 p@ssw0rd123! p@$$w0rd p@$$w0rd1 p@$$w0rd1! pa$$w0rd pa$$w0rd1 pa$$w0rd1!
        pa$$word1 welcome1! welcome1@ welcome@1 welcome@12 welcome@123 welcome#123 welcome123! qwerty1! qwerty12!
        qwerty123! qwerty@1 qwerty@123 qwerty#123 admin@12 admin@123 admin@1234 admin#123 admin123! admin1234!
        letmein1! letmein123! letmein@123 changeme1! changeme123! changeme@123 secret1! secret123! test@123
        test@1234 test1234! test123! testing1! testing123! user@123 user@1234 user1234! login@123 root@123
        root@1234 demo@123 demo@1234 demo1234! temp@123 temp1234! abcd@123 abcd@1234 abc@1234 abcd1234! abc123!@#
        1qaz@wsx 1qaz!qaz 1q2w3e4r! !qaz2wsx !qaz@wsx1 zaq1@wsx qwer1234! asdf1234! a1b2c3d4! aa123456! summer2023!
        summer2024! summer2025! summer2026! winter2023! winter2024! winter2025! winter2026! spring2024! spring2025!
        spring2026! autumn2024! autumn2025! autumn2026! january2025! january2026! company1! company123! office123!
        india@123 india@1234 india@2024 india@2025 india@2026 delhi@123 mumbai@123 krishna@123 ganesh@123
        iloveyou1! iloveyou@1 monkey123! dragon123! superman1! batman123! football1! hello123! hello@123 hello@1234
        sunshine1! princess1! computer1! internet1! security1! server123! database1!
        """

    private static let long = """
        passwordpassword password123456789 password1234567890 123456789012345 1234567890123456 12345678901234567890
        111111111111111 000000000000000 123123123123123 qwertyuiopasdfg qwertyuiopasdfghjkl
        qwertyuiopasdfghjklzxcvbnm qwertyuiop123456 qwerty123456789 qwertyqwertyqwerty 1q2w3e4r5t6y7u8i
        1qaz2wsx3edc4rfv abcdefghijklmno abcdefghijklmnop abcdefghijklmnopqrstuvwxyz abc123abc123abc
        abcabcabcabcabc iloveyouiloveyou thisismypassword mypasswordispassword letmeinletmein1
        correcthorsebatterystaple adminadminadmin administrator123 administrator1! welcomewelcome1 changemechangeme
        passwordpassword1 aaaaaaaaaaaaaaa
        """
}
