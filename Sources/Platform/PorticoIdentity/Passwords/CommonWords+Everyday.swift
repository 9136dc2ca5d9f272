extension CommonWords {
    /// What people type where a password, a name or an order to open is asked for.
    static let doors = """
        acceso access account acesso adgangskode admin adminadmin administrador administrateur administrator alpha
        anyone anything bemvindo benvenuto beta bienvenido bienvenue blocked bravo byebye change changeit changeme
        changethis charlie clave contrasena correcthorsebatterystaple danke default delta echo eight eleven enter entrar
        everyone everything example first five forget forgot forgotten four foxtrot gamma geheim geheimnis gfhjkm golf
        goodbye gracias guest hallo haslo hello hellohello helloworld heslo hidden hola hotel hundred india initial
        invitado jelszo juliet kappa kennwort keys kilo lambda letmein letmeinnow letmesee letter lima locked login
        logon losenord lozinka master masterkey matrix merci mike million minhasenha motdepasse mykey mypass mypassword
        mypasswordispassword namaste newpassword nine nobody none nopassword nothing november number numero obrigado
        oldpassword omega onepassword open opensesame openup operator oscar papa parola parolam parole parool passcode
        passkey passphrase passport passw passwd passwo passwor password passwort please privado privat private prueba
        pword quebec remember replace reset romeo root rootroot safe safety salasana sample secret secreto secure
        secured security segredo seguranca seguridad senha sesame seven sicher sicherheit sierra sifre sigma signin
        signup somebody someone something standard superadmin superuser supervisor sysadmin tango temp temporal
        temporary test testando teste tester testing tests testtest thanks thankyou thepassword theta thisisapassword
        thisismypassword thousand three toor topsecret trial trustme trustno trustnobody twelve uniform unknown unlock
        user username users usuario victor visitor wachtwoord welcome whatever whiskey willkommen word xray yankee
        yourpassword zero zulu
        """

    /// Offices, machines, professions and ranks.
    static let work = """
        airforce amazon android angel angelito angelo apple archangel army artist backup bank banker banking baron
        billion blackberry boss broker budget business camera captain cash castle celular champion chief cinema cisco
        cloud college colonel company compaq computador computer connect connection control creative credit cyber dancer
        data database delivery dell demon dentist design designer desk desktop developer devil diablo digital director
        doctor dollar download dragon driver duke ebay emperor empire engineer erickson escola ethernet euro export
        facebook factory farmer fighter film films finance firefighter fireman fisherman fishing galaxy gamer gateway
        general google graphics group guard hacked hacker hacking hardware health heaven hell hellfire helpdesk hospital
        hotmail hunter hunting import install intel internet invest iphone keyboard king kingdom knight lady laptop
        lawyer leader lenovo linkedin linux logitech lord loser lucifer macbook macintosh magic magical major manager
        marine market marketing media medical merlin microsoft military minister mobile modem money monitor monster
        motorola mouse movie multimedia myspace mystery mystic navy network nokia notebook nurse nvidia office offline
        online oracle ordinateur outlook owner packard painter panasonic paradise paraiso paypal payroll pentium
        pharmacy phoenix phone photo picture pilot player police president prince princesa princess principe printer
        process profit programmer project quality queen radeon radio reader redhat router royal royalty sailor sales
        samsung satan scanner school schule screen sergeant server service shipping siemens singer software soldier sony
        staff stock student studio support system teacher team technology telefon telefone telefono television thinkpad
        toshiba tractor trader transport truck trucker unicorn university update upgrade vampire video virtual warehouse
        warrior webmaster website winner wireless witch wizard worker writer yahoo youtube zombie
        """

    /// What people feel, whom they love, and how they swear.
    static let feelings = """
        abuela again alegria alone always amazing amiga amigo amistad amizade amor amorcito amore amormio amour anarchy
        arschloch asshole auntie awesome babe baby babyblue babyboy babydoll babygirl badass badboy badgirl bandit
        bastard beautiful beauty bebe bebezinho behen beijo beso besos bestfriend bhai bigboy bigdaddy biggirl bigman
        bitch bitches bonita bonito boobies boobs boyfriend boys broken brother bruder bullshit cabron candy chaos child
        children cock coeur cookie cool coolgirl coolman coracao corazon crazy crying cupcake cute cutie cutiepie daddy
        dammit damn damnit danger dangerous darling daughter dead death destino destiny dick didi dilse dost dosti dream
        dreamer dreaming dumbass enjoy esperanca esperanza esposa evil excellent faith familia familie famille family
        fantastic father felicidad felicidade feliz feriado ferias ferien filha filho firstlove foda fodase forever
        foreverlove foreveryoung fortune found freedom freund freunde freundschaft friday friend friendship fuck fucker
        fucking fuckit fuckme fuckoff fuckyou funny funtime gangsta gangster gata gatinha gatinho gato girl girlfriend
        girls goodboy goodgirl grandma grandpa granny handsome happiness happy happyday hardcore hate hateme hatred
        heart heartbreak hermana hermano hermosa herz hija hijo holiday honest honesty honey honeybee honor hope hopeful
        horny hotstuff hottest hottie hugs husband hustler ichliebedich idiot ihateyou ilovegod ilovehim ilovejesus
        ilovemyfamily ilovemyself iloveu iloveyou imissyou insane irma irmao ishq jaan jaanu jetaime kids kill killer
        killme kiss kisses kissing kisskiss kissme kussen ladies laugh laughter lesbian liberdade libertad liberty liebe
        linda lindinha lindo loca loco lonely lost love lovebug loveless lovelife lovelove lovely loveme lover loverboy
        loveyou loving lucky lunatic maluca maluco mama mamae maman mamma marido marriage married mental merda merde
        miss missyou mohabbat mommy mother mummy murder mutter mylove naked nana nanny never nude outlaw pain papai
        papito pappa parents party partytime peace peaceful pendejo penis perfect pimp pimpin playa playboy poison porn
        porno porra preciosa precious pretty princesinha psycho pussy puta pyaar pyar querida querido rebel rockstar
        saudade saudosa scheisse schwester sexo sexsex sexy sexybitch sexygirl sexymama shit sister smile smiley sonho
        sorriso sorry special stripper stupid sueno sugar superstar sweet sweetheart sweetie sweety teadoro teamo
        teamomucho tears tequiero thug together truelove trust truth uncle vacation vater virgin vovo wedding weekend
        wicked wife wish wishes woman women wonderful
        """
}
