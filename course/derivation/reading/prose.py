"""The words that people put around formulas, in five languages."""

# Words that may stand around formulas without saying anything that is judged.
PROSE = frozenset(
    """
    abbreviation abbreviations aber abgeleitet ableiten ableitung about above absolute according accordingly
    act activation activations active add adding addition after afterwards again alive all alle alles allora
    alors also alternatively altogether always analogamente analogously analogue anche and another answer
    anwenden apart applied applies apply applying aquí arbitrary are arrive arrives as aside assim assume
    assumption at auch auf aus außerdem avec avendo average back back-propagate backprop backpropagate
    backpropagation backward base bases basically be because become becomes before begin beginning begins
    behind beide beim being below besides between beweis bias bleibt both bounded bring bringing brings but by
    by-product calculate call called calling can cancel cancels car careful carry case cases chain chained
    change check choose chosen claim claimed clear clearly collect collected collecting collects column
    combine combined combiniamo combining come comes coming common como compare comparing completely completes
    component componentwise compute computed computes computing con conclude conclusion condition connected
    consequence consequently consider considering constant contains continue continues contribute contributes
    contribution contributions coordinate coordinates correct correspond corresponds cost costante così could
    cube cui dabei dadurch daher damit dann daraus darum das davon dazu dead decompose decomposing deduce
    deduciamo def define defined defining definition definitions defs denn denote denotes depend depending
    depends der deren derivada derivamos derivando derivata derivative derivatives derive des describe deshalb
    desired dessen determine deviation devient did dies diese diesem dieser dieses difference differences
    different differentiable differentiate differentiates differentiating differentiation dimension dimensions
    direct direction directly disappear disappears distance distribute distributing distributive divide
    dividing do dobbiamo does don donc donde done dove down drop dropping drops due dunque durch during
    dérivant dérivée each easy ein eine einem einen einer einfach eingesetzt einsetzen either element
    element-wise elements elementweise elementwise eliminate else end enter entering entonces entrambi entry
    entrywise equal equality equals equation equations equivalently ergeben ergibt erhalten erhält error
    errors erste ersten essendo evaluamos evaluate evaluated even every everything evidently exactly example
    expand expanding explicit explicitly exponent exponential exponents expressed expression extend fact
    factor factoring factorise factorising factorize factors falls far feed fertig fest festgehalten fill
    filling final finally finish first fissato fix fixe fixed flow flows folgen folglich folgt follow
    following follows for form former formula formulas forth forward found four from function functions
    further furthermore für gate gather gegeben general generally get gets gewichte gilt give given gives
    gleich go goal goes going got gradient group grouping haben had half has have heißt hence here hidden hier
    him holding holds how however hypothesis identical identities identity ie if iff immediately implied
    implies imply important in inactive including increase increasing independent indicator individual
    induction inference infine inner input inputs insert inserted inserting inside instead interim
    intermediate into introduce introducing inverse involve involves is isn ist it its jede jeder jetzt just
    kann keep keeping kein keine kept kettenregel know known large latter layer lead leading leads learning
    leave leaves leaving left left-hand let likewise line linear linearity little local logarithm loss lower
    luego made main make makes making man many match matches matrix may mean meaning means mentre mid might
    minus mit mittels moltiplicando more moreover move moving multiplication multiplied multiplies multiply my
    nach nachdem name namely need needed negative neither network neuron never new next nicht noch node non
    nonzero nor not notation note noted nothing notice noting now number numbers numerical numerically nun nur
    nächste oben object observe observed obtain obtained obtaining obtains obtenemos obtenons obviously occur
    oder of off ohne oltre on one ones only or order ordinary original other others otherwise ottengo
    otteniamo ought our out outer output outside over overall own pair parameter parameters parce part partial
    partials particular pass path per perché perciò pero pertanto però place plain please plug plugging plus
    poiché point points pointwise ponemos pongo poniamo porque positive positive-part possible pour power
    powers precisely predicted prediction predictions previous previously problem produce produces product
    products produktregel proof prove proved proves proving pues puis puisque pull pulling pure put putting
    qed quando quantities quantity que question questo qui quindi quotient quotients rate rather reach read
    reading realise really rearrange rearranged rearranging reason reasons recall recalled receive recursion
    reduce reduced reduces refer regroup reihe related remain remaining remains remark remember remembering
    removed rename renamed repeat repeating replace replaced replacing required residual resp respect
    respective respectively rest result resulting results return returns rewrite rewriting rewritten
    ricordiamo ricordo right right-hand rimane risulta root roots row rows rule rules said same sapendo
    sappiamo sarà satisfies say saying scalar scalars schritt scriviamo second see seen sei sein selon sempre
    sensitivity separate separately set setze setzen several shall shape short shorthand should show showed
    showing shown shows siano siccome sich side sides siehe signal signs similar similarly simple
    simplification simplified simplifies simplify simplifying since sind sine single size slope slopes smooth
    so so-called sodass softmax soient soit soll solution solve somit sommando sommiamo sono sostituendo
    sostituiamo sostituire sought sous sowie spaltenweise special specifically split splitting square squared
    squares squaring stand standard stands start starting starts state states step steps still sub
    subsequently substitute substituted substituting substitution substituyendo subtract such suffices sum
    sum-rule sumando summand summands summarize summary summation summe summed summing sums super supposed
    survive survives sustituyendo switch switched symbol symbols symmetric take taken takes taking también
    target targets telescoping tenemos term terms than that the their themselves then there therefore these
    think third this those though three through throughout thus tidy times to today together total toward
    training transpose transposed transposing true truth try turn turns tutti twice two umformen unchanged und
    under unit units unknown unless unten until up update updated upper upstream us usando use used useful
    uses usiamo using usual usually vale valgono value values vanish vanishes vanishing variable variables
    vector vereinfachen version very via viene visible vogliamo voici vom von vor voraussetzung vorher walk
    want wanted war was way ways we wegen weight weights weil weiter weiterhin well wenn werden were werte
    wertet what whatever when whenever where whereas wherever whether which whichever while whole whose why
    wieder will wir wird wish with without wobei womit woraus words work would write writes writing written
    wrote wrt wurde yet yields you your zahlen zeigen zeile zeilenweise zero zeros zuerst zuletzt zum zunächst
    zur zusammen zwei zweite über
    """.split()  # noqa: SIM905
)
