#include "core/data/miniature_swag_rules.h"

namespace lorascope::data {

const std::string_view kToolScenes = R"(
a broom = sweeps the dust into a corner
a kettle = boils some water for tea
a needle and thread = sews the button back on
an umbrella = walks out into the rain without getting wet
a ladder = climbs up to the roof
a spade = digs a hole in the garden
a bread knife = cuts the loaf into slices
a pencil = draws a face on the paper
a bucket and a sponge = washes the dirty car
a fishing rod = waits at the lake for a bite
a hammer = drives the nail into the wall
a pair of scissors = cuts the ribbon in two
a torch = lights up the dark cellar
a towel = dries off after the bath
a paintbrush = paints the fence white
a frying pan = cooks two eggs
a saw = cuts the plank in half
a comb = makes the hair look tidy
a telescope = watches the moon and the stars
a map = looks for the shortest way to the castle
a guitar = plays a slow song for the guests
a camera = takes a picture of the bride
a watering can = waters the thirsty flowers
an iron = presses the creases out of the shirt
a razor = shaves off the beard
a key = unlocks the front door
a whistle = stops the football match
a rope = ties the boat to the pier
a spoon = eats the hot soup
a pump = fills the flat tyre with air
a pillow = falls asleep on the sofa
a dictionary = finds out what the strange word means
a shopping bag = carries the vegetables home from the market
a lawn mower = cuts the long grass
a toothbrush = cleans the teeth before bed
a snow shovel = clears the icy path
a pair of skis = races down the snowy slope
a rolling pin = flattens the dough for the pie
a thermometer = checks whether the child has a fever
a microscope = looks at a tiny drop of blood
a corkscrew = opens the bottle of wine
a swimsuit = jumps into the pool
a calculator = adds up the long list of numbers
a drum = beats a loud rhythm
a hose = puts out the small fire
a stamp = posts the letter to an aunt
a leash = takes the dog for a walk
a pair of oars = rows across the river
a tent = spends the night in the woods
a deck of cards = plays poker with three friends
)";

const std::string_view kStateScenes = R"(
is very thirsty = drinks a big glass of water
is freezing = puts on a thick coat
has a bad headache = takes a pill and lies down
has missed the last bus = walks all the way home
has burnt the dinner = orders a pizza instead
has lost the house key = calls someone to open the lock
is bored at home = switches on the television
hears the doorbell = goes to see who is outside
is late for work = runs to the office
has won the lottery = shouts with joy
has spilled the milk = wipes the floor with a cloth
has a birthday today = blows out the candles
sees smoke in the hall = rings the fire brigade
has cut a finger = puts a plaster on it
is tired of the noise = shuts the window
is very hungry = makes a large sandwich
hears a very funny joke = laughs until it hurts
has finished the exam = hands the paper to the teacher
feels too hot = takes off the jumper
has broken a friend's vase = says sorry and offers to pay
cannot see the board = puts on glasses
has a flat battery = plugs the phone in
has found a wallet = brings it to the police
is afraid of the dark = leaves the light on
has caught a cold = blows the nose all day
has too much work = asks a colleague for help
sees a shooting star = makes a silent wish
has wet shoes = stands them near the heater
has forgotten the milk = goes back to the shop
has heard sad news = begins to cry
gets a present = tears off the wrapping paper
is proud of the new song = sings it to everyone
has an empty tank = drives to the petrol station
has seen a mouse = jumps onto a chair
cannot sleep = counts sheep until midnight
has a toothache = makes an appointment with the dentist
)";

const std::string_view kSceneRules = R"(
tool.shared: {person} takes {tool} from the {place} . | {person} picks up {tool} in the {place} .
 | In the {place} {person} reaches for {tool} .
tool.train: {person} comes out of the {place} with {tool} . | {person} asks for {tool} and gets it in the {place} .
tool.held: Someone in the {place} hands {tool} to {person} . | {person} has brought {tool} to the {place} .
state.shared: {person} {state} . | Today {person} {state} .
state.train: Everyone can tell that {person} {state} .
state.held: It is plain that {person} {state} .
twins.shared: The {first} {object} is {here} and the {second} {object} is {there} . {person} wants the {first} one .
 | The {second} {object} is {there} , the {first} {object} {here} . {person} needs the {first} {object} .
twins.train: {person} looks for the {first} {object} . It is {here} , but the {second} one is {there} .
twins.held: There is a {first} {object} {here} and a {second} {object} {there} . Only the {first} one is any use to {person} .
right: looks {here} and takes the {first} {object}
wrong: looks {there} and takes the {first} {object} | looks {here} and takes the {second} {object}
 | looks {there} and takes the {second} {object}
start: Then {person} | {person} | So {person} | Soon {person}
person: Mia | Tom | Anna | Lucas | Ella | Ravi | Nora | Owen | the teacher | the old man | a young woman | the boy | the girl
 | my uncle | her sister | the neighbour | the cook | the nurse
place: kitchen | garage | hall | cupboard | attic | shop | cellar | office | garden | cabin
colour: red | blue | green | white | black | yellow | brown | purple | grey | orange
object: box | bag | book | cup | hat | ball | lamp | coat | toy | plate | bottle | chair
spot: on the shelf | under the bed | in the drawer | behind the door | on the table | in the car | by the window
 | under the stairs | in the basket | near the stove
)";

}  // namespace lorascope::data
