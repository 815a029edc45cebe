#include "core/data/minimal_pairs_rules.h"

namespace lorascope::data {

// person: singular/plural. acts: past/base of regular verbs. opposites: word/opposite.
const std::string_view kPairWords = R"(
person: cook/cooks | nurse/nurses | teacher/teachers | painter/painters | farmer/farmers | lawyer/lawyers
 | soldier/soldiers | sailor/sailors | doctor/doctors | dancer/dancers | driver/drivers | baker/bakers | guard/guards
 | singer/singers | writer/writers | student/students | banker/bankers | waiter/waiters | tailor/tailors
 | gardener/gardeners | plumber/plumbers | hunter/hunters | pilot/pilots | judge/judges | clerk/clerks
 | miner/miners | monk/monks | poet/poets | porter/porters | butcher/butchers
act: helped/help | followed/follow | warned/warn | praised/praise | visited/visit | thanked/thank | blamed/blame
 | trusted/trust | called/call | greeted/greet | watched/watch | admired/admire | ignored/ignore | insulted/insult
 | hugged/hug | invited/invite | punished/punish | scolded/scold | teased/tease | rescued/rescue | defended/defend
 | interrupted/interrupt | questioned/question | chased/chase | consulted/consult | calmed/calm | angered/anger
transfer: gave | sent | handed | showed | offered | lent | sold | passed
thing: book/books | letter/letters | key/keys | map/maps | cake/cakes | coat/coats | ticket/tickets | lamp/lamps
 | ring/rings | photo/photos | basket/baskets | ladder/ladders | hammer/hammers | bottle/bottles | blanket/blankets
container: box/boxes | bag/bags | case/cases | chest/chests | trunk/trunks | drawer/drawers | parcel/parcels
 | suitcase/suitcases | cupboard/cupboards | barrel/barrels
deal: opened/open | closed/close | packed/pack | moved/move | cleaned/clean | painted/paint | repaired/repair
 | locked/lock | lifted/lift | emptied/empty
opposite.deal: opened/closed | bought/sold | lost/found | locked/unlocked | hid/revealed | lifted/dropped
 | packed/unpacked | filled/emptied | pushed/pulled | accepted/refused
opposite.person: old/young | tall/short | rich/poor | happy/sad | strong/weak | kind/cruel | polite/rude
 | brave/timid | calm/nervous | careful/careless
opposite.thing: big/small | heavy/light | clean/dirty | cheap/costly | new/worn | warm/cold | full/empty | wet/dry
 | wide/narrow | thick/thin
opposite.manner: quickly/slowly | loudly/quietly | early/late | gladly/reluctantly | carefully/carelessly
 | openly/secretly | gently/roughly | calmly/nervously
quality: old | young | tall | short | rich | poor | happy | sad | strong | weak | kind | polite | brave | calm
manner: quickly | slowly | loudly | quietly | gladly | reluctantly | carefully | secretly | gently | calmly | openly
day: yesterday | today | again | later
week: last week | this morning | last night | this week | last year
numeral: two | three | four | five | six | seven | eight | nine | ten
never.one: no longer | never again | never ever | never once
never.three: in no way | at no time | by no means | at no point
not.even: even | ever | once | really | fully
before: yesterday | today | last week | this morning | last night | in the morning | after the storm | before the long journey
after: yesterday | today | last week | this morning | at noon | in the garden | at the station | near the bridge
 | in the old town | behind the white house | near the end of the year | on the first day of winter
place: in the garden | at the station | near the bridge | in the old town | behind the white house | at home
 | near the gate of the castle
det: the | the | the | a
)";

}  // namespace lorascope::data
