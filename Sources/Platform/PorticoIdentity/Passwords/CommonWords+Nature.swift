extension CommonWords {
    /// Seasons, months, days, weather, colours, plants and stones.
    static let nature = """
        abril agosto amarelo amarillo amber aout april august automne autumn avril azalea azul beach beaches birthday
        black blackbird blackcat blackhawk blackie blackjack blackout blackstar blanc blanco blau bleu blizzard blue
        blueberry bluebird blueeyes bluemoon bluesky blume blumen boanoite bomdia branco breeze bronze brown buenosdias
        cactus canyon carnaval carnival century christmas chrome cloudy clover comet copper coral cosmic cristal crystal
        dahlia daisy days december decembre deepavali desert dezember dezembro diamante diamond diciembre dienstag
        diwali domingo donnerstag dussehra earth easter emerald enero estrela estrella evening fall febrero februar
        february fevereiro fevrier fire fireball firebird firefly firestorm flame flor flores flower forest freeze
        freitag frost frosty frozen fruehling fruhling garden gelb gold goldberg golden goldfish goldie golds goldstar
        goodmorning goodnight grass gray green greenapple greenday grey grun halloween heather herbst hiver holi holly
        hurricane iceberg icecream iceman inverno invierno iron island jade janeiro januar january janvier jasmine
        jueves juillet juin julho juli julio july june jungle junho juni junio jupiter kala lake lavender lightning
        lilly lily lotus luna lunar lunes maerz magnolia maio mangalvar maple march marco margarita mars martes marz
        mayo mercury metal meteor midnight miercoles millennium mittwoch monday montag month moon moonlight moonshine
        morning mountain natal natural nature navidad navratri neela negro neptune newyear night noir novembro noviembre
        ocean oceano october octobre octubre oktober onam opal orange orchid otono outono outubro palm pearl perla
        petunia pine pink pinkfloyd pinky planet platinum pluto pongal praia preto primavera purple purplehaze quarta
        quinta rain rainbow raindrop rainy raksha ramadan ramzan ravivar reddog redhead redrose redwings river rocket
        rojo rosado rose rosebud roses rosita rouge ruby sabado samstag santa santaclaus sapphire saturday saturn
        schwarz seaside segunda september septembre septiembre setembro sexta silber silver skyhigh skyline skywalker
        snow snowball snowboard snowflake snowman snowy sommer somvar sonntag space spring star starfish starlight stars
        steel stella storm stormy summer sunday sunflower sunlight sunny sunrise sunset sunshine surf surfer surfing
        terca thanksgiving thunder thursday titanium today tomorrow topaz tornado tree trees tuesday tulip universe
        uranus valentine valley venus verano verao verde vermelho viernes violet violeta volcano water waterfall wave
        waves wednesday week weihnacht weihnachten weiss white whitewolf whitey wildfire willow wind windmill windy
        winter world xmas year years yellow yesterday
        """

    /// What is eaten and drunk.
    static let food = """
        absolut avocado bacardi bacon banana beer bier biscuit bourbon brandy bread brownie bubblegum budlight budweiser
        burger burrito butter buttercup butterfly cafe cake caramel carrot cereal cerveza chai champagne cheese
        cheesecake cherries cherry chicken choco chocolat chocolate cocacola coconut coffee coke corona curry donut
        doritos drpepper espresso fanta garlic gatorade ginger grape guinness hamburger heineken hotdog jackdaniels java
        jelly jellybean kitkat kiwi lasagna lemon lime lollipop macaroni maggi mango mangoes mcdonalds melon mocha
        morango muffin mushroom nacho noodle nutella olive onion oreo pancake papaya pasta pastel peach peaches peanut
        peanutbutter pepper pepsi pepsicola pickle pineapple pizza popcorn potato potatoes pringles pudding pumpkin
        raspberry redbull salsa salt sandwich sausage schokolade scotch skittles smirnoff snickers spaghetti spice spicy
        spinach sprite steak strawberry subway taco tacos tequila toast tomato turkey vanilla vodka waffle watermelon
        whisky wine
        """

    /// Animals, and what pets are called.
    static let animals = """
        achilles aguila alligator anaconda animal apollo ares athena badger bailey bass baxter beagle bear bears beaver
        beetle bella bird birdie birdman birds bluedog boomer borboleta boxer bronco brutus buddy buddyboy buffalo
        bugsbunny bull bulldog bullet bulls bumblebee bunnies bunny buster caballo cachorro camel cardinal casper catdog
        cats cavalo chat cheetah chester cheval chick chihuahua chipmunk chloe cobra coco cody collie cougar cowboy
        cowgirl cows crab cricket crocodile crow dakota deer delfin doberman dogg doggie doggy doggystyle doghouse dogs
        dolphin donald donkey dove dragonfly duchess duck duckie ducks ducky eagle elefante elephant escorpion falcon
        felix fisch fish fisher fishes fishy flamingo fluffy foxy freya frog froggie froggy frogs garfield gator gecko
        giraffe gizmo goat golfinho goliath goose gorilla greyhound grizzly gunner hamster harley hase hawk hawkeye
        hawks hellokitty hercules hippo hobbes hornet horse horseman horsey hound hund husky iguana jaguar jasper katze
        katzen kitten kitty kittycat kittykat koala labrador ladybug lassie leon leopard lion lioness lions lizard lobo
        lobster loki lowe lulu macaco maggie mariposa maus mausi maxi maximus mickey mimi missy misty mittens molly
        monkey monkeyboy monkeyman mono moose mule murphy mustang nala nemo octopus odin oiseau otter panda pantera
        panther parrot patches peacock pelican penguin perro pigeon piggy piglet pigs pony poodle porky puma puppies
        puppy puppylove pussycat python rabbit raccoon rascal raven reindeer rhino riley robin rocko rocky rooster rover
        rufus rusty sadie salem salmon sammy samson sasha scooby scoobydoo scooter scorpion scruffy seagull serpent
        shadow shark sheba sheep shelby shepherd simba skippy skunk smokey smoky snake snoopy sophie sparky spartacus
        spartan spider spiderman spike spot squid squirrel stallion stinky swan sylvester tartaruga teddy teddybear
        terrier thor tiffy tiger tigger tigre tinkerbell titan toad toby tortoise tortuga trixie trojan trout tucker
        tuna turtle tweety viper vogel werewolf whale whiskers winnie wolf wolfgang wolfman wolfpack wolves woody
        woofwoof worm yoda zebra zeus ziggy zoey
        """
}
