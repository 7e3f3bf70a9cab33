package bom

import "strings"

var (
	aliases     = aliasTable(aliasWords)
	weakAliases = aliasTable(weakWords)
)

// aliasWords are the headers by which a field is known, in the form that
// headerKey gives: English first, then German, French, Spanish, Italian,
// Portuguese, Dutch, and some Polish, Swedish, Czech and Chinese.
var aliasWords = map[field]string{
	fieldItem: `pos position posnr posno positionsnummer number item# itemno itemnumber itemnr itemid id # no nr num lfdnr lfd row index
		partid bomid linenumber lineno line# linenr findno findnumber find# balloon ballon numero articolonr rowid rownumber
		repnr seq sequence laufendenummer nummer positie nodoitem noitem noarticle ndarticle narticle noarticolo narticolo nodeelemento noelemento nodearticulo poz lp polozka 序号 编号 项次 項次`,
	fieldLevel: `level lvl bomlevel indentlevel indent indenture hierarchylevel assemblylevel depth ebene stufe strukturstufe baugruppenebene
		niveau nivel nível livello nivo nivaa uroven poziom 层级 层次`,
	fieldItemOrName: `item items line part parte piece artikel articolo articulo artigo onderdeel element article`,
	fieldComponent:  `component components componente composant componenti componentes komponente komponenten bauteil bauteile`,
	fieldName: `name partname partbomname bomname itemname componentname productname product title materialpart bezeichnung
		benennung teilename teilebezeichnung teil nom nomdelapiece nombre nombredelapieza nome denominazione designacion denominacion denominacao
		naam partdescriptionname subpart subpartname partipnname libelle intitule descripcioncorta cmpname nazwa nazev namn benamning
		namedescription bauteilname bauteilbezeichnung artikelbezeichnung kurzbezeichnung objectname bodyname filamentpart 名称 物料名称 元件名称 品名`,
	fieldDescription: `description desc partdescription itemdescription details detail descr beschreibung teilebeschreibung
		descripcion descrizione descricao omschrijving beschrijving productdescription componentdescription longdescription
		shortdescription descriptionvalue opis popis beskrivning specification specifications specs spec spezifikation
		caracteristiques caracteristicas caratteristiche especificacion especificaciones technischedaten 描述 规格 规格描述 说明`,
	fieldQuantity: `quantity qty qnty qnt qtty quant quan qtyperpcb quantityperpcb qtyperboard quantityperboard qtydevice qtyperdevice
		qtyunit qtyperunit quantityperunit qtyperassembly quantityperassembly qtyperassy qtyperset qtyper quantityper bomqty bomquantity
		count pcs pieces stk menge anzahl stuckzahl stueckzahl stuck stueck mengeproeinheit mengeprogerat
		quantite qte qt nombredepieces nb cantidad cant cantidades quantita qta pezzi quantidade qtd qtde quant aantal
		quantityneeded quantityrequired requiredquantity qtyneeded qtyrequired requiredqty numberrequired numberneeded needed
		qtyneed quantityneed numberof howmany noof noofpieces numberofparts numberofpieces numberofunits antal ilosc mnozstvi pocet
		qtyperproduct quantityperproduct qtypermachine qtyperkit qtyperrobot unitquantity designqty
		数量 用量 单板用量 单机用量`,
	fieldUnits: `units unit uom um unitofmeasure unitofmeasurement measurementunit einheit einheiten mengeneinheit me unite unites unidad unidades
		unita unidade unidades unitadimisura unidaddemedida unidadedemedida qtyunits quantityunit quantityunits qtyuom eenheid enhet jednostka jednotka 单位`,
	fieldReferences: `references designator designators refdes refsdes referencedesignator referencedesignators referencedesignations
		referencedesignation refs ref refid refdesignator refdesignators designatorlist componentreference componentreferences
		schematicreference schematicreferences partreference partreferences bomreference partdesignator partdesignators pcbreference
		bezeichner bauteilreferenz bauteilreferenzen repere reperes referencias designadores designatore designatori
		riferimento riferimenti identifier refd boardlocation placementdesignators oznaczenie oznaczenia
		位号 元件位号 标号 位置 位号designator`,
	fieldReference:   `reference referencia referenz referenzen referenz referencje`,
	fieldParts:       `parts teile`,
	fieldValue:       `value val wert bauteilwert valeur valor valore waarde componentvalue partvalue valrating wartosc hodnota varde 值 参数 阻值 容值`,
	fieldComment:     `comment comments komentarz`,
	fieldDesignation: `designation`,
	fieldFootprint: `footprint footprints package packages case casepackage packagecase casesize pcbfootprint footprintname pcbpackage
		packagefootprint footprintpackage packagetype pattern patternname landpattern gehause gehaeuse gehauseform bauform empreinte boitier
		encapsulado huella contenitore impronta encapsulamento behuizing obudowa pouzdro 封装 封裝 封装规格`,
	fieldManufacturer: `manufacturer mfr mfg mfgr mnf manufacturers manufacturername manufacturename mfrname mfgname mfgrname manf manuf manufact
		hersteller herstellername produzent fabricant fabriquant fabricante produttore costruttore fabrikant producent tillverkare vyrobce
		marcaproduttore bommanufacturer componentmanufacturer manufacture 厂商 制造商 生产厂家 厂家 品牌`,
	fieldMPN: `mpn mpns manufacturerpartnumber manufacturerspartnumber manufacturepartnumber manufacturerpartno manufacturerpartnumbers manufacturerpart
		manufacturerpart# manufacturerpn manufacturerpartnum manufactureritemnumber manufacturerno manufacturernumber manufactureringpartnumber manufacturingpartnumber
		mfrpartnumber mfrpartno mfrpart mfrpn mfrpart# mfrspartnumber mfgrpartnumber mfgrpartno mfgrpn mfgpartnumber mfgpartno mfgpn mfgpart mfgpart#
		manufpartnumber manufpartno manufpn manfpartnumber manfpartno manf# mfr# mfg# mnf# manufacturer# mfgr# mfrno mfgno mfpn mf#
		herstellernummer herstellerteilenummer herstellernr herstellerbestellnummer herstellerbestellnr herstellerteilenr herstellerartikelnummer
		referencefabricant reffabricant refconstructeur referenceconstructeur numerodepiecefabricant numerodepartefabricante referenciafabricante
		codiceproduttore codicecostruttore codigofabricante codigodofabricante fabrikantnummer artikelnummerfabrikant
		modelnumber modelno mpnnumber mpn# manufacturerpartnumberseeedsku mpnseeedsku manufacturepartnumberseeedsku
		componentpartnumber numerproducenta 型号 厂家型号 制造商型号 制造商料号 料号 物料编号 原厂型号`,
	fieldPartNumber: `partnumber partno partnr partnum part# pn pn# p/n teilenummer teilenr numerodeparte numerodepiece numerodepieza referencepiece
		codice codigo numerodepeca onderdeelnummer numeroparte productnumber productcode nodapeca nodepeca nodepieza nodeparte nodepiece ndepiece nopiece numeropezzo npezzo`,
	fieldTyp: `typ`,
	fieldStandard: `standard standards norm norms norme normes norma normas normen isodin dinnorm dinisonorm dinen isonorm standardnorm
		normbezeichnung normteil`,
	fieldUnfitted: `dnp dnf dni dnm dnl donotpopulate donotfit donotplace donotinstall donotmount donotload dontpopulate notfitted notpopulated
		notmounted notplaced notinstalled unfitted unpopulated nofit nostuff nopop nomount ns nichtbestucken nichtbestuckt nichtbestueckt
		unbestuckt nonmonte nepasmonter nepasplacer nomontar nomontado nonmontare nonmontato naomontar naomontado nietplaatsen nietmonteren dnpdnf noload`,
	fieldFitted: `fitted populate populated populating place fit mounted mount installed install stuff stuffed bestucken bestuckt bestueckt bestuckung
		monte monter montar montado montare montato montieren montiert assemble`,
	fieldExcludeBOM:   `excludefrombom excludebom excludedfrombom notinbom ignoreinbom`,
	fieldExcludeBoard: `excludefromboard excludeboard excludedfromboard notonboard`,
	fieldKind: `type kind supplytype parttype itemtype componenttype category categories art kategorie teileart teiletyp sourcing procurement makebuy makeorbuy buymake
		categorie categoria tipo tipodepieza tipodeparte typedepiece soort typpart bomtype partcategory`,
	fieldMaterial: `material materials werkstoff materiau materiaux materiale materiali materiales materiais materiaal filamenttype
		stoff physicalmaterial rawmaterial matiere 材料 材质`,
	fieldProcess: `process manufacturingprocess manufacturingmethod productionmethod fabricationmethod fabricationprocess tsdc fertigung
		fertigungsverfahren verfahren technology procede procededefabrication proceso procesodefabricacion processo metododefabricacion herstellungsverfahren`,
	fieldNote: `note notes remark remarks annotation annotations bemerkung bemerkungen anmerkung anmerkungen hinweis hinweise remarque remarques
		notas nota observacion observaciones observacao observacoes obs commentaire commentaires commento commenti comentario comentarios
		annotazioni opmerking opmerkingen kommentar kommentare yourinstructionsnotes instructions uwagi poznamka poznamky anmarkning notesremarks
		notescomments 备注 備註 说明备注`,
	fieldFiles: `file files filename filenames filepath cadfile cadfiles stl stlfile stlfiles stlname datei dateien dateiname fichier fichiers archivo
		archivos arquivo ficheiro bestand sourcefile sourcefiles stepfile dxf dxffile designfile designfiles drawingfile`,
	fieldAssembly: `assembly`,
	fieldSupplier: `supplier suppliers vendor vendors distributor distributors lieferant lieferanten handler fournisseur fournisseurs distributeur
		proveedor proveedores distribuidor fornitore fornitori distributore fornecedor suppliername vendorname leverancier bezugsquelle dostawca dodavatel leverantor
		供应商 经销商`,
	fieldSKU: `spn distributorpartnum sku supplierpartnumber supplierspartnumber supplierpartno supplierpart supplierpn suppliersku supplierref supplierreference suppliercode
		supplierpart# supplierid supplierno suppliernumber supplieritemnumber supplierordernumber
		vendorpartnumber vendorpartno vendorpart vendorpart# vendorpn vendorsku vendor# vendorno vendornumber vendorref distributorpartnumber
		distributorpart distributorpartno distributorpart# distributorpn distributorref distributorcode cat# catno cataloguenumber catalognumber catalogno catalog#
		ordernumber orderno ordercode ordernr bestellnummer bestellnr bestnr artikelnummer artikelnr artnr lieferantennummer lieferantenartikelnummer
		lieferantennr stockcode stockno stocknumber referencefournisseur reffournisseur refdistributeur codigoproveedor referenciaproveedor
		codicefornitore codigofornecedor artikelnummerleverancier bestelnummer objednacikod numerkatalogowy 供应商料号 供应商编号 立创编号 商品编号`,
	fieldPrice: `unitprice priceitem costitem priceperunit pricepiece priceeach priceea unitcost costperunit costperpiece costeach costea priceperpiece perunitprice perunitcost
		itemprice itemcost priceunit costunit pricepc pricepcs priceperitem costperitem eachprice eachcost unitpriceeach supplierunitprice
		vendorunitprice einzelpreis stuckpreis preisprostuck preisstuck epreis epstuck einzelkosten stuckkosten
		prixunitaire prixunite prixparunite prixpiece coutunitaire pu puht preciounitario preciounidad preciounit costeunitario costounitario
		prezzounitario costounitario precounitario custounitario stukprijs prijsperstuk eenheidsprijs cenajednostkowa styckpris 单价 unitpriceusd`,
	fieldCurrency: `currency suppliercurrency wahrung waehrung devise moneda divisa valuta moeda waluta 币种 货币`,
	fieldPack: `packquantity packqty packsize packagequantity packageqty packagesize qtypkg qtyperpack qtyperpackage quantityperpack quantityperpackage quantitypkg qtypack
		piecesperpack piecesperpackage pcsperpack pcspack unitsperpack unitsperpackage itemsperpack perpack verpackungseinheit ve packungsgrosse
		stuckpropackung packungsinhalt quantiteparpaquet unidadesporpaquete pezziperconfezione 包装数量`,
	fieldMinimum: `moq minimum minimumorder minimumorderquantity minimumorderqty minorderqty minorderquantity minorder mindestbestellmenge mindestmenge
		quantiteminimum cantidadminima quantitaminima 起订量`,
	fieldPackPrice: `packprice packageprice priceperpack priceperpackage pricepack pricepkg packcost packagecost costperpack costperpackage costpack costpkg
		packungspreis preispropackung prixparpaquet precioporpaquete prezzoperconfezione`,
	fieldConfig:    `config variant variants configuration variante varianten varianti kibomconfig assemblyvariant`,
	fieldAttrition: `attritionpercent attrition`,
	fieldSetup:     `setupquantity`,
	fieldMultiple:  `roundingmultiple`,
	fieldCustomer:  `customerreference customerref customerpartnumber customer# customerno kundenreferenz`,
}

// weakWords are headers that name a field only where no other column does.
var weakWords = map[field]string{
	fieldName:        `komponent czesc soucastka komponenter tool tools commercialpart commercialparts hardware device symbol libpart stl3dpart printedpart printedparts partbezeichnung modelname logicalsymbol`,
	fieldDescription: `productdetails comment1 technicaldescription parameters`,
	fieldQuantity: `amount sztuk ct orderqty orderquantity quantitytoorder qtytoorder toorder requestedquantity requestedqty totalqty totalquantity qtytotal quantitytotal
		totalcount totalamount buildquantity buildqty ordermenge bestellmenge gesamtmenge gesamtanzahl quantitetotale cantidadtotal quantitatotale quantidadetotal
		purchaseqty purchasequantity qtytobuy quantitytobuy tobuy qtyordered quantityordered ordered required qtyused used usage 总数 总用量`,
	fieldValue:        `rating ratings valuerating`,
	fieldManufacturer: `brand partmanufacturer mf manufacturersource maker make marke marque marca merk brandname vendormanufacturer`,
	fieldMPN:          `partcode mp mgfpartno partnumberidentifier model modell modele modelo modello typenbezeichnung typenummer`,
	fieldSupplier:     `spr dostawcalink source sources seller shop shops store stores retailer wheretobuy buyfrom boughtfrom purchasedfrom tienda magasin negozio loja winkel reseller handelspartner`,
	fieldPrice:        `jednotkovacena price cost preis kosten prix cout precio coste costo prezzo preco custo prijs cena pris estimatedprice estimatedcost approxprice approximateprice estprice estcost 价格`,
}

func aliasTable(fields map[field]string) map[string]field {
	m := make(map[string]field)
	for f, list := range fields {
		for word := range strings.FieldsSeq(list) {
			m[headerKey(word)] = f
		}
	}
	return m
}

// suppliers are those after whom columns are named.
var suppliers = map[string]string{
	"digikey": "Digi-Key", "digikeyelectronics": "Digi-Key", "dk": "Digi-Key", "mouser": "Mouser", "mouserelectronics": "Mouser", "rs": "RS",
	"rscomponents": "RS", "rsonline": "RS", "rspro": "RS", "radiospares": "RS", "newark": "Newark", "farnell": "Farnell",
	"lcsc": "LCSC", "lcscjlcpcb": "LCSC", "jlcpcb": "JLCPCB", "jlc": "JLCPCB", "jlcpcblcsc": "LCSC", "reichelt": "Reichelt", "reicheltde": "Reichelt",
	"conrad": "Conrad", "conradde": "Conrad", "tme": "TME", "tmeeu": "TME", "arrow": "Arrow", "adafruit": "Adafruit", "sparkfun": "SparkFun", "pololu": "Pololu",
	"mcmaster": "McMaster-Carr", "mcmastercarr": "McMaster-Carr", "element14": "element14", "seeed": "Seeed", "seeedstudio": "Seeed", "seeedopl": "Seeed",
	"avnet": "Avnet", "tti": "TTI", "rutronik": "Rutronik", "misumi": "Misumi", "wurth": "Würth", "distrelec": "Distrelec",
	"szlcsc": "LCSC", "amazon": "Amazon", "amzn": "Amazon", "aliexpress": "AliExpress", "verical": "Verical", "futureelectronics": "Future Electronics",
	"future": "Future Electronics", "ebay": "eBay", "banggood": "Banggood", "taobao": "Taobao", "alibaba": "Alibaba", "homedepot": "Home Depot",
	"boltdepot": "Bolt Depot", "grainger": "Grainger", "servocity": "ServoCity", "robotshop": "RobotShop", "onlinecomponents": "OnlineComponents",
	"rochester": "Rochester", "chip1stop": "Chip1Stop", "akizuki": "Akizuki", "tayda": "Tayda", "jameco": "Jameco", "openbuilds": "OpenBuilds",
	"pimoroni": "Pimoroni", "thepihut": "The Pi Hut", "buerklin": "Bürklin", "burklin": "Bürklin", "voelkner": "Voelkner", "pollin": "Pollin",
	"elfa": "Elfa", "gme": "GME", "comet": "Comet", "botland": "Botland", "thorlabs": "Thorlabs", "立创": "LCSC", "立创商城": "LCSC", "嘉立创": "JLCPCB",
}

var (
	skuEndings = []string{
		"partnumber", "partno", "partnr", "partnum", "part#", "part", "pn", "sku", "number", "no", "nr", "#", "ordernumber", "ordercode", "orderno", "code", "id",
		"bestellnr", "bestellnummer", "artikelnummer", "artnr", "ref", "reference", "stocknumber", "stockno", "itemnumber", "item#", "productnumber", "编号", "商品编号",
	}
	priceEndings = []string{"unitprice", "price", "unitcost", "cost", "preis", "prix", "precio"}
)

// supplierHeading reads the header of a column that has the name of a supplier.
func supplierHeading(key string) (heading, bool) {
	if s, ok := supplierOf(key); ok {
		return heading{field: fieldNamedSKU, supplier: s, strength: plain}, true
	}
	for _, ending := range priceEndings {
		if head, ok := strings.CutSuffix(key, ending); ok {
			if s, ok := suppliers[head]; ok {
				return heading{field: fieldNamedPrice, supplier: s, strength: plain}, true
			}
		}
	}
	return heading{}, false
}

// supplierOf gives the supplier whose part numbers a column of that key has.
func supplierOf(key string) (string, bool) {
	if s, ok := suppliers[key]; ok {
		return s, true
	}
	for _, ending := range skuEndings {
		if head, ok := strings.CutSuffix(key, ending); ok {
			if s, ok := suppliers[head]; ok {
				return s, true
			}
		}
	}
	return "", false
}
