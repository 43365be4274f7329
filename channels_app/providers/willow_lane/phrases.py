"""What the demo assistant says, in both of its languages."""

from enum import StrEnum

from channels_app.providers.willow_lane.shop import Language


class Phrase(StrEnum):
    """Everything the assistant can say; the comment names the placeholders."""

    HELLO = "hello"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ALL_RIGHT = "all_right"
    ABILITIES = "abilities"  # example
    NOT_UNDERSTOOD = "not_understood"
    WHO = "who"
    HUMAN = "human"
    ASK_NUMBER = "ask_number"  # example
    UNKNOWN_ORDER = "unknown_order"  # number, examples
    SHIPPED = "shipped"  # number, items, carrier, tracking
    PACKING = "packing"  # number, items
    DELAYED = "delayed"  # number, items
    DELIVERED = "delivered"  # number, items
    RETURNED = "returned"  # number, items, total
    CANCEL_RULE = "cancel_rule"
    CANCEL_POSSIBLE = "cancel_possible"  # number
    CANCEL_TOO_LATE = "cancel_too_late"  # number
    RETURN_RULE = "return_rule"
    RETURN_POSSIBLE = "return_possible"  # number, items
    RETURN_LATER = "return_later"  # number
    RETURN_NOT_LEFT = "return_not_left"  # number
    DELIVERY = "delivery"  # price, free_from
    HOURS = "hours"
    ADDRESS = "address"
    PAYMENT = "payment"
    BUYING = "buying"
    CATALOGUE = "catalogue"  # products
    PRODUCT = "product"  # name, price, note
    IN_STOCK = "in_stock"
    SOLD_OUT = "sold_out"


_ENGLISH = {
    Phrase.HELLO: "Hello!",
    Phrase.GREETING: "Hello, and welcome to Willow Lane!",
    Phrase.THANKS: "You are welcome! Is there anything else I can do for you?",
    Phrase.GOODBYE: "Goodbye, and thank you for visiting Willow Lane.",
    Phrase.ALL_RIGHT: "All right. I am here if you need anything else.",
    Phrase.ABILITIES: "I can look up an order (try {example}), explain delivery and returns, tell "
    "you our opening hours, or show you what we sell.",
    Phrase.NOT_UNDERSTOOD: "I am a demo assistant with a few fixed rules, and I did not understand "
    "that.",
    Phrase.WHO: "I am a demo assistant: a small program with fixed rules and invented data that "
    "needs no AI service. I speak for Willow Lane, a shop for home and garden that does not exist.",
    Phrase.HUMAN: "I am a program and cannot fetch a colleague, but whoever watches this "
    "conversation can join it at any time.",
    Phrase.ASK_NUMBER: "I will gladly look into it. What is your order number? It has five digits, "
    "for example {example}.",
    Phrase.UNKNOWN_ORDER: "I cannot find an order {number}. Please check the number: it has five "
    "digits. In this demo you can try {examples}.",
    Phrase.SHIPPED: "I found your order {number} ({items}): it shipped yesterday with {carrier} "
    "and should arrive within two working days. The tracking number is {tracking}.",
    Phrase.PACKING: "Your order {number} ({items}) is being packed and leaves tomorrow. It should "
    "be with you two to three working days later.",
    Phrase.DELAYED: "I am sorry, your order {number} ({items}) is delayed: we are waiting for new "
    "stock, which comes next week. It leaves on the same day.",
    Phrase.DELIVERED: "Your order {number} ({items}) was delivered three days ago.",
    Phrase.RETURNED: "Your return of order {number} ({items}) has arrived, and we refunded "
    "{total} last week.",
    Phrase.CANCEL_RULE: "An order can be cancelled until it has left our workshop.",
    Phrase.CANCEL_POSSIBLE: "Order {number} has not left yet, so it can still be cancelled. I may "
    "not change orders myself: a colleague has to confirm it in this conversation.",
    Phrase.CANCEL_TOO_LATE: "Order {number} has left already and can no longer be cancelled, but "
    "you can return it within 30 days of its arrival.",
    Phrase.RETURN_RULE: "You can return anything unused or damaged within 30 days. The label is "
    "free, and the money is back within five working days of its arrival with us.",
    Phrase.RETURN_POSSIBLE: "Order {number} ({items}) was delivered three days ago, so you can "
    "still return it.",
    Phrase.RETURN_LATER: "Order {number} is still on its way. You can return it once you have it.",
    Phrase.RETURN_NOT_LEFT: "Order {number} has not left yet, so it can still be cancelled.",
    Phrase.DELIVERY: "Standard delivery in the EU takes two to three working days and costs "
    "{price}; from {free_from} on it is free. Express arrives on the next working day if you order "
    "before 2 pm.",
    Phrase.HOURS: "Our shop is open Monday to Friday from 9 am to 6 pm and Saturday from 10 am to "
    "4 pm. On Sunday it is closed; I am here around the clock.",
    Phrase.ADDRESS: "You find us at 12 Willow Lane, in an invented town, and by e-mail at "
    "hello@willowlane.example.",
    Phrase.PAYMENT: "We take cards, PayPal and bank transfers, and send the invoice by e-mail.",
    Phrase.BUYING: "I would love to take your order, but Willow Lane is a demo and sells nothing. "
    "I can tell you about our products, though.",
    Phrase.CATALOGUE: "This is what we sell:\n{products}\nAsk me about any of them.",
    Phrase.PRODUCT: "{name}, {price}. {note}",
    Phrase.IN_STOCK: "It is in stock.",
    Phrase.SOLD_OUT: "It is sold out and comes back next week.",
}

_FRENCH = {
    Phrase.HELLO: "Bonjour !",
    Phrase.GREETING: "Bonjour et bienvenue chez Willow Lane !",
    Phrase.THANKS: "Je vous en prie ! Puis-je faire autre chose pour vous ?",
    Phrase.GOODBYE: "Au revoir, et merci de votre visite chez Willow Lane.",
    Phrase.ALL_RIGHT: "Très bien. Je reste là si vous avez besoin d'autre chose.",
    Phrase.ABILITIES: "Je peux chercher une commande (essayez {example}), expliquer la livraison "
    "et les retours, donner nos horaires ou montrer ce que nous vendons.",
    Phrase.NOT_UNDERSTOOD: "Je suis un assistant de démonstration avec quelques règles fixes, et "
    "je n'ai pas compris.",
    Phrase.WHO: "Je suis un assistant de démonstration : un petit programme avec des règles fixes "
    "et des données inventées, sans service d'IA. Je parle pour Willow Lane, une boutique pour la "
    "maison et le jardin qui n'existe pas.",
    Phrase.HUMAN: "Je suis un programme et ne peux pas appeler un collègue, mais les personnes qui "
    "suivent cette conversation peuvent y entrer à tout moment.",
    Phrase.ASK_NUMBER: "Je m'en occupe volontiers. Quel est votre numéro de commande ? Il a cinq "
    "chiffres, par exemple {example}.",
    Phrase.UNKNOWN_ORDER: "Je ne trouve pas de commande {number}. Vérifiez le numéro, il a cinq "
    "chiffres. Dans cette démonstration, vous pouvez essayer {examples}.",
    Phrase.SHIPPED: "J'ai trouvé votre commande {number} ({items}) : elle est partie hier avec "
    "{carrier} et devrait arriver sous deux jours ouvrés. Le numéro de suivi est {tracking}.",
    Phrase.PACKING: "Votre commande {number} ({items}) est en préparation et part demain. Elle "
    "devrait arriver deux à trois jours ouvrés plus tard.",
    Phrase.DELAYED: "Désolé, votre commande {number} ({items}) est retardée : nous attendons du "
    "stock, qui arrive la semaine prochaine. Elle partira le jour même.",
    Phrase.DELIVERED: "Votre commande {number} ({items}) a été livrée il y a trois jours.",
    Phrase.RETURNED: "Votre retour de la commande {number} ({items}) est arrivé, et nous avons "
    "remboursé {total} la semaine dernière.",
    Phrase.CANCEL_RULE: "Une commande peut être annulée tant qu'elle n'a pas quitté notre atelier.",
    Phrase.CANCEL_POSSIBLE: "La commande {number} n'est pas encore partie, elle peut donc être "
    "annulée. Je ne peux pas modifier une commande moi-même : un collègue doit le confirmer ici.",
    Phrase.CANCEL_TOO_LATE: "La commande {number} est déjà partie et ne peut plus être annulée, "
    "mais vous pouvez la retourner dans les 30 jours après son arrivée.",
    Phrase.RETURN_RULE: "Vous pouvez retourner tout article neuf ou abîmé dans les 30 jours. "
    "L'étiquette est gratuite, et le remboursement suit sous cinq jours ouvrés.",
    Phrase.RETURN_POSSIBLE: "La commande {number} ({items}) a été livrée il y a trois jours, vous "
    "pouvez donc encore la retourner.",
    Phrase.RETURN_LATER: "La commande {number} est encore en route. Dès que vous l'avez, vous "
    "pouvez la retourner.",
    Phrase.RETURN_NOT_LEFT: "La commande {number} n'est pas encore partie, on peut donc encore "
    "l'annuler.",
    Phrase.DELIVERY: "La livraison standard dans l'UE prend deux à trois jours ouvrés et coûte "
    "{price} ; elle est gratuite à partir de {free_from}. En express, elle arrive le jour ouvré "
    "suivant si vous commandez avant 14 h.",
    Phrase.HOURS: "La boutique est ouverte du lundi au vendredi de 9 h à 18 h et le samedi de 10 h "
    "à 16 h. Elle est fermée le dimanche ; moi, je suis là jour et nuit.",
    Phrase.ADDRESS: "Vous nous trouvez au 12 Willow Lane, dans une ville inventée, et par courriel "
    "à hello@willowlane.example.",
    Phrase.PAYMENT: "Nous acceptons les cartes, PayPal et les virements ; la facture vient par "
    "courriel.",
    Phrase.BUYING: "J'aimerais prendre votre commande, mais Willow Lane est une démonstration et "
    "ne vend rien. Je peux cependant vous parler de nos produits.",
    Phrase.CATALOGUE: "Voici ce que nous vendons :\n{products}\nDemandez-moi ce que vous voulez.",
    Phrase.PRODUCT: "{name}, {price}. {note}",
    Phrase.IN_STOCK: "L'article est en stock.",
    Phrase.SOLD_OUT: "L'article est épuisé et revient la semaine prochaine.",
}

PHRASES: dict[Language, dict[Phrase, str]] = {
    Language.ENGLISH: _ENGLISH,
    Language.FRENCH: _FRENCH,
}
